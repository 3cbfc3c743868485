// A shop's backend: tells the server its products and clicks, and asks what to show. Run with HOST:PORT of a server.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"dolmen.dev/dolmen"
	dolmenv1 "dolmen.dev/dolmen/v1"
)

// shop is one for the whole process.
type shop struct {
	client *dolmen.Client
}

// onSale says that a product is on sale: it can be recommended from here on.
func (shop shop) onSale(ctx context.Context, itemID string, category []string, price float64) error {
	item := &dolmenv1.Item{
		ItemId: itemID,
		Slots: map[string]*dolmenv1.SlotValue{
			"category": {Value: &dolmenv1.SlotValue_Path{Path: &dolmenv1.TokenList{Token: category}}},
			"price":    {Value: &dolmenv1.SlotValue_Number{Number: price}},
		},
	}
	answer, err := shop.client.Catalog.UpsertItemsBatch(ctx, &dolmenv1.UpsertItemsRequest{Items: []*dolmenv1.Item{item}})
	if err != nil {
		return err
	}
	if answer.Rejected > 0 {
		return errors.New(answer.Errors[0].Message)
	}
	return nil
}

// onClick says that a visitor clicked: acknowledged once the click is safe, learned a moment later.
func (shop shop) onClick(ctx context.Context, visit, itemID, requestID string) error {
	click := dolmen.Event(visit, itemID, dolmenv1.EventType_EVENT_TYPE_CLICK, requestID)
	answer, err := shop.client.Feedback.PublishBatch(ctx, &dolmenv1.PublishRequest{Events: []*dolmenv1.FeedbackEvent{click}})
	if err != nil {
		return err
	}
	switch acknowledged := answer.Acknowledgements[0]; acknowledged.Status {
	case dolmenv1.Acknowledgement_STATUS_ACCEPTED, dolmenv1.Acknowledgement_STATUS_DUPLICATE:
		return nil
	default:
		return errors.New(acknowledged.Message)
	}
}

// show says what to show next on this visit, and why.
func (shop shop) show(ctx context.Context, visit string, k uint32) (*dolmenv1.RecommendResponse, error) {
	return shop.client.Recommendations.Recommend(ctx, &dolmenv1.RecommendRequest{
		Session: &dolmenv1.SessionContext{SessionId: visit},
		K:       k,
		Explain: true,
	})
}

func run(ctx context.Context, target string) error {
	client, err := dolmen.Connect(target, dolmen.Options{Timeout: 10 * time.Second})
	if err != nil {
		return err
	}
	defer client.Close()
	shop := shop{client}
	kettles := []string{"home", "kitchen", "kettles"}
	for _, product := range []struct {
		id       string
		category []string
		price    float64
	}{
		{"go-kettle-1", kettles, 59},
		{"go-kettle-2", kettles, 39},
		{"go-rug-1", []string{"home", "living", "rugs"}, 180},
	} {
		if err := shop.onSale(ctx, product.id, product.category, product.price); err != nil {
			return err
		}
	}
	first, err := shop.show(ctx, "go-visit", 3)
	if err != nil {
		return err
	}
	if err := shop.onClick(ctx, "go-visit", "go-kettle-1", first.RequestId); err != nil {
		return err
	}
	answer, err := shop.show(ctx, "go-visit", 3)
	for err == nil && answer.SessionEventsUsed == 0 { // Until the click's batch is learned.
		time.Sleep(50 * time.Millisecond)
		answer, err = shop.show(ctx, "go-visit", 3)
	}
	if err != nil {
		return err
	}
	return check(answer)
}

// check prints what is shown and why; an error says what must not be.
func check(answer *dolmenv1.RecommendResponse) error {
	for _, item := range answer.Items {
		if item.ItemId == "go-kettle-1" {
			return errors.New("what the visit has seen comes back")
		}
		total := 0.0
		for _, part := range item.Explanation.Parts {
			total += part.Value
		}
		if total != float64(item.Score) {
			return fmt.Errorf("%s: parts add up to %v, the score is %v", item.ItemId, total, item.Score)
		}
		why := strings.TrimRight(item.Explanation.Reason+" "+item.Explanation.About, " ")
		fmt.Printf("%s  %.3f  %s\n", item.ItemId, item.Score, why)
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: shop HOST:PORT")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1]); err != nil {
		log.Fatal(err)
	}
}
