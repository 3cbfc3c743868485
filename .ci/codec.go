// Debian's gRPC 1.33 reads messages with protobuf's runtime before 1.4, which does not know messages as they are generated since. This
// reads them as gRPC of today does. .ci/clients puts it next to the client for Go; whoever has the client by `go get` has no need of it.
package dolmen

import (
	"fmt"

	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/proto"
)

type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(message any) ([]byte, error) {
	known, ok := message.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%T is no message of protobuf", message)
	}
	return proto.Marshal(known)
}

func (codec) Unmarshal(bytes []byte, message any) error {
	known, ok := message.(proto.Message)
	if !ok {
		return fmt.Errorf("%T is no message of protobuf", message)
	}
	return proto.Unmarshal(bytes, known)
}

func init() { encoding.RegisterCodec(codec{}) }
