// A feed into a JSONL file, by gobwas/ws and encoding/json: gobwas URL PATH.
package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"

	"contenders/internal/lines"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

func main() {
	file := lines.Create(os.Args[2])
	socket, early, _, err := ws.Dial(context.Background(), os.Args[1])
	lines.Check(err)
	receive(socket, reader(socket, early), file)
	file.Finish()
}

// What came with the answer to the handshake is read first, all else through a buffer of a reasonable size.
func reader(socket net.Conn, early *bufio.Reader) *bufio.Reader {
	if early == nil {
		return bufio.NewReaderSize(socket, 64*1024)
	}
	begun := io.LimitReader(early, int64(early.Buffered()))
	return bufio.NewReaderSize(io.MultiReader(begun, socket), 64*1024)
}

func receive(socket net.Conn, source *bufio.Reader, file *lines.File) {
	var frame []byte
	for {
		header, err := ws.ReadHeader(source)
		lines.Check(err)
		if int64(cap(frame)) < header.Length {
			frame = make([]byte, header.Length)
		}
		frame = frame[:header.Length]
		_, err = io.ReadFull(source, frame)
		lines.Check(err)
		switch header.OpCode {
		case ws.OpText:
			file.Add(frame)
		case ws.OpClose:
			lines.Check(wsutil.WriteClientMessage(socket, ws.OpClose, frame))
			return
		}
	}
}
