// Package dolmen is a client for Dolmen: a connection with deadlines and retries. Messages and stubs are in
// dolmen.dev/dolmen/v1.
package dolmen

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	dolmenv1 "dolmen.dev/dolmen/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Questions, and events, whose ids make one of them however often they come; never a change of the catalog.
const retries = `{
  "methodConfig": [{
    "name": [
      {"service": "dolmen.v1.RecommendationService"},
      {"service": "dolmen.v1.FeedbackService", "method": "PublishBatch"},
      {"service": "dolmen.v1.CatalogService", "method": "GetItem"},
      {"service": "dolmen.v1.CatalogService", "method": "ListItems"},
      {"service": "dolmen.v1.CatalogService", "method": "GetSchema"},
      {"service": "dolmen.v1.AdminService", "method": "GetStatus"}
    ],
    "retryPolicy": {
      "maxAttempts": 3,
      "initialBackoff": "0.05s",
      "maxBackoff": "0.5s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }],
  "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}
}`

const (
	maxMessageBytes = 64 << 20
	defaultTimeout  = 2 * time.Second
)

// Options of a connection; the zero value is a server in plain text that asks for no key.
type Options struct {
	// Key or token that is shown with each call, where the server asks for one.
	Key string
	// Credentials of TLS; without them the connection is not encrypted.
	Credentials credentials.TransportCredentials
	// Timeout of each unary call whose context has no deadline, retries included; 0 is 2 s.
	Timeout time.Duration
}

// Client is a connection to a server: one for the whole process, for any goroutine, to be closed in the end.
type Client struct {
	Catalog         dolmenv1.CatalogServiceClient
	Feedback        dolmenv1.FeedbackServiceClient
	Recommendations dolmenv1.RecommendationServiceClient
	Admin           dolmenv1.AdminServiceClient

	conn *grpc.ClientConn
}

// Connect describes a connection to target, HOST:PORT, and returns at once: the first call connects. Errors name what is wrong with
// target or options.
func Connect(target string, options Options) (*Client, error) {
	if options.Timeout < 0 {
		return nil, fmt.Errorf("Timeout: %v, expected 0 or more", options.Timeout)
	}
	if options.Timeout == 0 {
		options.Timeout = defaultTimeout
	}
	// Dial and WithInsecure are there in every gRPC 1.x, those of Debian included; what has replaced them is not.
	security := grpc.WithInsecure()
	if options.Credentials != nil {
		security = grpc.WithTransportCredentials(options.Credentials)
	}
	conn, err := grpc.Dial(
		target,
		security,
		grpc.WithDefaultServiceConfig(retries),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageBytes)),
		grpc.WithUnaryInterceptor(options.unary),
		grpc.WithStreamInterceptor(options.stream),
	)
	if err != nil {
		return nil, err
	}
	return &Client{
		Catalog:         dolmenv1.NewCatalogServiceClient(conn),
		Feedback:        dolmenv1.NewFeedbackServiceClient(conn),
		Recommendations: dolmenv1.NewRecommendationServiceClient(conn),
		Admin:           dolmenv1.NewAdminServiceClient(conn),
		conn:            conn,
	}, nil
}

// Close ends the connection, and with it calls that run.
func (client *Client) Close() error {
	return client.conn.Close()
}

func (options Options) unary(
	ctx context.Context, method string, request, answer any, conn *grpc.ClientConn, call grpc.UnaryInvoker, more ...grpc.CallOption,
) error {
	if _, bounded := ctx.Deadline(); !bounded {
		within, cancel := context.WithTimeout(ctx, options.Timeout)
		defer cancel()
		ctx = within
	}
	return call(options.withKey(ctx), method, request, answer, conn, more...)
}

func (options Options) stream(
	ctx context.Context, of *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, more ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return open(options.withKey(ctx), of, conn, method, more...)
}

func (options Options) withKey(ctx context.Context) context.Context {
	if options.Key == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+options.Key)
}

// Event is what a visitor did just now, with an id of its own: sent again after a failure, it is learned once. requestID is that of
// the answer that showed the item, or empty.
func Event(sessionID, itemID string, kind dolmenv1.EventType, requestID string) *dolmenv1.FeedbackEvent {
	return &dolmenv1.FeedbackEvent{
		EventId:   eventID(),
		SessionId: sessionID,
		ItemId:    itemID,
		Type:      kind,
		Time:      timestamppb.Now(),
		RequestId: requestID,
	}
}

// 128 random bits as text.
func eventID() string {
	var bits [16]byte
	if _, err := rand.Read(bits[:]); err != nil {
		panic(fmt.Sprintf("the system has no random numbers: %v", err)) // An id that comes twice would lose events.
	}
	return hex.EncodeToString(bits[:])
}
