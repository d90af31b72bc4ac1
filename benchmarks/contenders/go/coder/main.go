// A feed into a JSONL file, by coder/websocket and encoding/json: coder URL PATH [deflate].
package main

import (
	"bytes"
	"context"
	"os"

	"contenders/internal/lines"

	"github.com/coder/websocket"
)

func main() {
	ctx := context.Background()
	file := lines.Create(os.Args[2])
	options := &websocket.DialOptions{}
	if len(os.Args) > 3 {
		options.CompressionMode = websocket.CompressionContextTakeover
	}
	socket, _, err := websocket.Dial(ctx, os.Args[1], options)
	lines.Check(err)
	socket.SetReadLimit(64 << 20)
	var frame bytes.Buffer
	for {
		_, reader, err := socket.Reader(ctx)
		if websocket.CloseStatus(err) == websocket.StatusNormalClosure {
			break
		}
		lines.Check(err)
		frame.Reset()
		_, err = frame.ReadFrom(reader)
		lines.Check(err)
		file.Add(frame.Bytes())
	}
	file.Finish()
}
