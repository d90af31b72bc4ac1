// Package lines is what the contenders in Go share: the file, and what they tell at the end.
package lines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"syscall"
)

// File holds lines, each of which is one JSON text.
type File struct {
	file    *os.File
	buffer  *bufio.Writer
	records int
}

// Create makes an empty file.
func Create(path string) *File {
	file, err := os.Create(path)
	Check(err)
	return &File{file: file, buffer: bufio.NewWriterSize(file, 128*1024)}
}

// Add checks that a frame is one JSON text, and writes it down.
func (f *File) Add(frame []byte) {
	if !json.Valid(frame) {
		log.Fatalf("A frame is not JSON: %.100s", frame)
	}
	f.buffer.Write(frame)
	Check(f.buffer.WriteByte('\n'))
	f.records++
}

// Finish writes out what is left, and prints what the process took since it began.
func (f *File) Finish() {
	Check(f.buffer.Flush())
	Check(f.file.Close())
	var usage syscall.Rusage
	Check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"records":    f.records,
		"cpuSeconds": float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9,
		"maxRssMiB":  float64(usage.Maxrss) / 1024,
	})
}

// Check ends the program if there is an error.
func Check(err error) {
	if err != nil {
		log.Fatal(fmt.Errorf("the contender failed: %w", err))
	}
}
