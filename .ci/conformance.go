// Asks a server for its health and its services as gRPC's own clients do, those of Go: conformance HOST:PORT
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
)

var services = []string{
	"dolmen.v1.AdminService",
	"dolmen.v1.CatalogService",
	"dolmen.v1.FeedbackService",
	"dolmen.v1.RecommendationService",
}

// healthy says what keeps the server or a service of it from being healthy.
func healthy(ctx context.Context, conn *grpc.ClientConn) error {
	client := grpc_health_v1.NewHealthClient(conn)
	for _, service := range append([]string{""}, services...) {
		request := &grpc_health_v1.HealthCheckRequest{Service: service}
		answer, err := client.Check(ctx, request)
		if err != nil {
			return fmt.Errorf("check of %q: %w", service, err)
		}
		watch, err := client.Watch(ctx, request)
		if err != nil {
			return fmt.Errorf("watch of %q: %w", service, err)
		}
		watched, err := watch.Recv()
		if err != nil {
			return fmt.Errorf("watch of %q: %w", service, err)
		}
		serving := grpc_health_v1.HealthCheckResponse_SERVING
		if answer.Status != serving || watched.Status != serving {
			return fmt.Errorf("%q is %v when checked, %v when watched", service, answer.Status, watched.Status)
		}
		fmt.Printf("health of %q: %v\n", service, answer.Status)
	}
	_, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: "dolmen.v1.NoService"})
	if status.Code(err) != codes.NotFound {
		return fmt.Errorf("check of a service that is not there: %v, expected NOT_FOUND", err)
	}
	return nil
}

// reflected says what is missing when the server describes itself.
func reflected(ctx context.Context, conn *grpc.ClientConn) error {
	stream, err := reflection.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	if err != nil {
		return err
	}
	ask := func(request *reflection.ServerReflectionRequest) (*reflection.ServerReflectionResponse, error) {
		if err := stream.Send(request); err != nil {
			return nil, err
		}
		return stream.Recv()
	}
	listed, err := ask(&reflection.ServerReflectionRequest{
		MessageRequest: &reflection.ServerReflectionRequest_ListServices{ListServices: "*"},
	})
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, service := range listed.GetListServicesResponse().GetService() {
		there[service.Name] = true
	}
	for _, service := range services {
		if !there[service] {
			return fmt.Errorf("reflection does not list %s", service)
		}
		described, err := ask(&reflection.ServerReflectionRequest{
			MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: service},
		})
		if err != nil {
			return err
		}
		files := described.GetFileDescriptorResponse().GetFileDescriptorProto()
		if len(files) == 0 {
			return fmt.Errorf("reflection has no definition of %s: %v", service, described.GetErrorResponse())
		}
		fmt.Printf("reflection of %s: %d files\n", service, len(files))
	}
	return stream.CloseSend()
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := grpc.DialContext(ctx, os.Args[1], grpc.WithInsecure())
	if err == nil {
		err = healthy(ctx, conn)
	}
	if err == nil {
		err = reflected(ctx, conn)
	}
	if err != nil {
		log.Fatal(err)
	}
}
