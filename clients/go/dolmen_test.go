package dolmen

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	dolmenv1 "dolmen.dev/dolmen/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// away answers the first calls with UNAVAILABLE, and keeps what it was asked.
type away struct {
	dolmenv1.UnimplementedCatalogServiceServer
	dolmenv1.UnimplementedFeedbackServiceServer
	dolmenv1.UnimplementedRecommendationServiceServer

	mutex  sync.Mutex
	left   int
	calls  int
	events []string
	keys   []string
	within time.Duration
}

func (server *away) called(ctx context.Context) error {
	server.mutex.Lock()
	defer server.mutex.Unlock()
	server.calls++
	headers, _ := metadata.FromIncomingContext(ctx)
	server.keys = headers.Get("authorization")
	if until, bounded := ctx.Deadline(); bounded {
		server.within = time.Until(until)
	}
	if server.left > 0 {
		server.left--
		return status.Error(codes.Unavailable, "not yet")
	}
	return nil
}

func (server *away) PublishBatch(ctx context.Context, request *dolmenv1.PublishRequest) (*dolmenv1.PublishResponse, error) {
	server.mutex.Lock()
	server.events = append(server.events, request.Events[0].EventId)
	server.mutex.Unlock()
	return &dolmenv1.PublishResponse{}, server.called(ctx)
}

func (server *away) UpsertItemsBatch(ctx context.Context, _ *dolmenv1.UpsertItemsRequest) (*dolmenv1.UpsertItemsResponse, error) {
	return &dolmenv1.UpsertItemsResponse{}, server.called(ctx)
}

func (server *away) Recommend(ctx context.Context, _ *dolmenv1.RecommendRequest) (*dolmenv1.RecommendResponse, error) {
	return &dolmenv1.RecommendResponse{}, server.called(ctx)
}

func (server *away) Publish(stream dolmenv1.FeedbackService_PublishServer) error {
	return server.called(stream.Context())
}

// connected returns a client of a real server on loopback that is away for the first calls.
func connected(t *testing.T, calls int, options Options) (*away, *Client) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	service := &away{left: calls}
	server := grpc.NewServer()
	dolmenv1.RegisterCatalogServiceServer(server, service)
	dolmenv1.RegisterFeedbackServiceServer(server, service)
	dolmenv1.RegisterRecommendationServiceServer(server, service)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	client, err := Connect(listener.Addr().String(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return service, client
}

func TestEventsAreTriedTwiceMoreWithTheSameID(t *testing.T) {
	server, client := connected(t, 2, Options{})
	click := Event("visit", "item", dolmenv1.EventType_EVENT_TYPE_CLICK, "")
	request := &dolmenv1.PublishRequest{Events: []*dolmenv1.FeedbackEvent{click}}
	if _, err := client.Feedback.PublishBatch(context.Background(), request); err != nil {
		t.Fatalf("%v; gRPC before 1.40 retries with GRPC_GO_RETRY=on alone", err)
	}
	if len(server.events) != 3 || server.events[0] != click.EventId || server.events[2] != click.EventId {
		t.Fatalf("sent %v, expected %s three times", server.events, click.EventId)
	}
}

func TestTriesAreBounded(t *testing.T) {
	server, client := connected(t, 100, Options{})
	_, err := client.Recommendations.Recommend(context.Background(), &dolmenv1.RecommendRequest{})
	if status.Code(err) != codes.Unavailable || server.calls != 3 {
		t.Fatalf("%v after %d calls, expected UNAVAILABLE after 3", err, server.calls)
	}
}

func TestAChangeOfTheCatalogIsSentOnce(t *testing.T) {
	server, client := connected(t, 1, Options{})
	_, err := client.Catalog.UpsertItemsBatch(context.Background(), &dolmenv1.UpsertItemsRequest{})
	if status.Code(err) != codes.Unavailable || server.calls != 1 {
		t.Fatalf("%v after %d calls, expected UNAVAILABLE after 1", err, server.calls)
	}
}

func TestACallHasTheKeyAndADeadline(t *testing.T) {
	server, client := connected(t, 0, Options{Key: "secret", Timeout: time.Minute})
	if _, err := client.Recommendations.Recommend(context.Background(), &dolmenv1.RecommendRequest{}); err != nil {
		t.Fatal(err)
	}
	if len(server.keys) != 1 || server.keys[0] != "Bearer secret" {
		t.Fatalf("authorization %v", server.keys)
	}
	if server.within <= 2*time.Second || server.within > time.Minute {
		t.Fatalf("the server has %v, expected a minute", server.within)
	}
}

func TestTheCallersDeadlineIsKept(t *testing.T) {
	server, client := connected(t, 0, Options{})
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if _, err := client.Recommendations.Recommend(ctx, &dolmenv1.RecommendRequest{}); err != nil {
		t.Fatal(err)
	}
	if server.within <= time.Minute {
		t.Fatalf("the server has %v, expected an hour", server.within)
	}
}

func TestAStreamHasTheKeyAndNoDeadline(t *testing.T) {
	server, client := connected(t, 0, Options{Key: "secret"})
	stream, err := client.Feedback.Publish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = stream.Recv() // Until the server has answered.
	if len(server.keys) != 1 || server.keys[0] != "Bearer secret" || server.within != 0 {
		t.Fatalf("authorization %v, the server has %v", server.keys, server.within)
	}
}

func TestEventsHaveIDsOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for i := 0; i < 1000; i++ {
		seen[Event("visit", "item", dolmenv1.EventType_EVENT_TYPE_VIEW, "").EventId] = true
	}
	if len(seen) != 1000 {
		t.Fatalf("1,000 events have %d ids", len(seen))
	}
}

func TestATimeoutBelowZeroIsRefused(t *testing.T) {
	_, err := Connect("localhost:1", Options{Timeout: -time.Second})
	if err == nil || !strings.Contains(err.Error(), "-1s") {
		t.Fatalf("%v, expected an error that names -1s", err)
	}
}
