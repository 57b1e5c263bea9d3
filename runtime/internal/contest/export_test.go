package contest

// Queues returns how many keys somebody takes turns at.
func (t *Turns) Queues() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.queues)
}
