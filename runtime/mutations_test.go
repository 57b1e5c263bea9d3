package runtime

// A mutation breaks one rule of the protocol in the source.
type mutation struct {
	rule     string // that is broken
	file     string
	old, new string

	deeds string // that show it
	fault fault  // that they need for it
	trace string // of those that once broke the runtime, the one that does so again
}

var mutations = []mutation{
	{rule: "a name is listed after its variable is stored", file: "write.go", deeds: "load, first set",
		old: "	err := s.storeVariables(ctx, writes)\n",
		new: "	if err := s.list(ctx, writes); err != nil {\n		return err\n	}\n	err := s.storeVariables(ctx, writes)\n"},
	{rule: "what is missing is looked for again", file: "look.go", deeds: "load, destroy",
		old: "		again, err := s.lookOnce(ctx, of)\n",
		new: "		again, err := v, error(nil)\n"},
	{rule: "Destroy deletes the record first", file: "destroy.go", deeds: "load, destroy",
		old: "	if err := store.Delete(op, []string{s.vault.Key})[0]; err != nil {\n",
		new: "	if err := store.Delete(op, s.vault.Query(s.engine.declared.Select(s.record.Listed.Names()...)).Keys())[0]; err != nil {\n"},
	{rule: "Renew marks the variables", file: "renew.go", deeds: "set, renew",
		old: "	left := r.s.record.Listed.Names()\n",
		new: "	left := []string{}\n"},
	{rule: "Renew marks the record", file: "renew.go", deeds: "first set, renew",
		old: "	if err := r.buryRecord(ctx); err != nil {\n		return err\n	}\n",
		new: ""},
	{rule: "Renew copies anew what has changed", file: "renew.go", deeds: "set, renew",
		old: "	if r.changed {\n",
		new: "	if false {\n"},
	{rule: "a first set is only done if Renew has carried it", file: "write.go", deeds: "first set, renew",
		old: "			case v.standing == renewed && listsAll(v.record, writes):\n",
		new: "			case v.standing == renewed:\n"},
	{rule: "what is listed and gone is not added again", file: "definition.go", deeds: "load, set", fault: evict,
		old: "	return place < 0 || e.variables[place].def().evictable\n",
		new: "	return place < 0 || place >= 0\n"},
	{rule: "an update runs anew on what it finds", file: "update.go", deeds: "update, update",
		old: "		base := c.body\n",
		new: "		base := c.body\n		if w := s.cell(i); w.version > 3 {\n			base = \"\"\n		}\n"},
	{rule: "clearing swaps in a mark and deletes nothing", file: "write.go", deeds: "load, clear",
		old: "	for i, outcome := range s.engine.put(ctx, items) {\n",
		new: "	for i := range writes {\n		w := &writes[i]\n		if b, _ := w.content(*s.cell(w.index)); b == sealed.Unset {\n			s.engine.config.Store.Delete(ctx, []string{s.vault.VariableKey(w.name())})\n		}\n	}\n	for i, outcome := range s.engine.put(ctx, items) {\n"},
	{rule: "a swap names the version that was read", file: "put.go", deeds: "update, update",
		old: "	case 0:\n		return e.config.Store.Swap(ctx, items)\n",
		new: "	case 0:\n		for i := range items {\n			if found, err := e.config.Store.Get(ctx, []string{items[i].Key}); err == nil {\n				items[i].Version = found[items[i].Key].Version\n			}\n		}\n		return e.config.Store.Swap(ctx, items)\n"},
	{rule: "a clear holds against what comes late of a set that failed", file: "commit.go", deeds: "first set and clear, load", fault: late,
		old: "		return c.written\n",
		new: "		return false\n"},
	{rule: "the idle deadline is written into the record that was read", file: "idle.go", deeds: "first set, idle refresh",
		old: "	r := s.record\n	r.Seen = sealed.MomentOf(now)\n",
		new: "	r := s.record\n	r.Seen = sealed.MomentOf(now)\n	if found, err := s.lookOnce(ctx, s.engine.declared.Select()); err == nil {\n		s.recordVersion = found.version\n	}\n"},
	{rule: "the idle deadline is written again when another request was faster", file: "idle.go", deeds: "first set, idle refresh",
		old: "		case err == nil, errors.Is(err, ErrExists):\n",
		new: "		case err == nil:\n		case errors.Is(err, ErrExists):\n			return\n"},
	{rule: "no answer does not mean no session", file: "look.go", deeds: "load, load", fault: cut,
		old: "	if err := fill(ctx, s.engine.config.Store, q, found); err != nil {\n		return view{}, unavailable(err)\n	}\n",
		new: "	if err := fill(ctx, s.engine.config.Store, q, found); err != nil {\n		return view{standing: absent}, nil\n	}\n"},
	{rule: "of answers that break off none is used", file: "fill.go", deeds: "load, load", fault: cut,
		old: "	items, err := store.Get(ctx, slices.Clone(keys)) // theirs to reorder\n	if err != nil {\n		return err\n	}\n",
		new: "	items, _ := store.Get(ctx, slices.Clone(keys))\n"},
	{rule: "Renew copies anew what was cleared meanwhile", file: "renew.go", deeds: "clear, renew", trace: "Renew met a clear half-way",
		old: "		r.changed = r.changed || !c.body.IsEnded()\n",
		new: "		r.changed = r.changed || c.body.HasValue()\n"},
	{rule: "Renew gives up what was evicted meanwhile", file: "renew.go", deeds: "set, renew", fault: evict, trace: "Renew met an eviction half-way",
		old: "		if c.version == 0 && !r.s.engine.evictable(of.Places[i]) {\n			return r.gone(ctx, of.Places[i])\n		}\n		// It was set, cleared or evicted since it was copied.\n		r.changed = r.changed || !c.body.IsEnded()\n",
		new: "		r.changed = r.changed || c.body != \"\" && !c.body.IsEnded()\n"},
}
