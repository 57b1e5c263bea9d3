package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
)

// A logLine is what was logged, and with which context.
type logLine struct {
	ctx   context.Context
	level slog.Level
	text  string // the message and the attributes
}

func (l logLine) String() string { return l.level.String() + " " + l.text }

// A logbook is a [slog.Handler] that keeps what is logged.
type logbook struct {
	mu    sync.Mutex
	lines []logLine
}

func (*logbook) Enabled(context.Context, slog.Level) bool { return true }

func (b *logbook) Handle(ctx context.Context, record slog.Record) error {
	var text strings.Builder
	text.WriteString(record.Message)
	record.Attrs(func(a slog.Attr) bool {
		text.WriteString(" " + a.String())
		return true
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, logLine{ctx, record.Level, text.String()})
	return nil
}

func (b *logbook) WithAttrs([]slog.Attr) slog.Handler { return b }

func (b *logbook) WithGroup(string) slog.Handler { return b }

// loud returns the lines of this level and above.
func (b *logbook) loud(level slog.Level) []logLine {
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []logLine
	for _, line := range b.lines {
		if line.level >= level {
			lines = append(lines, line)
		}
	}
	return lines
}
