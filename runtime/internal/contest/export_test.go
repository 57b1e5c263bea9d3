package contest

// Queues returns the number of keys at which contests take turns.
func (t *Turns) Queues() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.queues)
}
