package browser

//go:generate go tool sessiongen

// SessionFields is what the small sites of these tests remember.
type SessionFields struct {
	// Left and Right are each set by another tab.
	Left, Right int

	// Opened counts how often a stream of events was opened.
	Opened int

	// Sent counts the events that streams have sent.
	Sent int
}
