package runtime

import (
	"fmt"
	"strings"
	"time"
)

// check looks at the session with every cookie that was handed out, when all
// requests are over, and returns what is wrong.
func (c *scene) check(outside *actor, m *Manager[visitor], old string) string {
	token := outside.checkCookies(c, m, old)
	outside.checkVariables(c)
	outside.checkLives(c, m)
	if token != "" && c.idle > 0 {
		outside.checkIdle(c, token)
	}
	outside.checkAfterwards(c, m, old)
	return strings.Join(outside.wrong, "\n")
}

// open loads the session as it is, and notes what was seen.
func (a *actor) open(c *scene, m *Manager[visitor], name, token string) (living bool) {
	a.loading = a.begin(loading, nil)
	a.s.clock++
	a.loading.from = a.s.clock
	v, err := m.Open(c.t.Context(), token)
	if err != nil {
		a.fail("observer: %v", err)
		return false
	}
	a.session, a.loading.to = v, a.s.clock
	a.s.note(observer, "load "+name, v.String())
	return !v.session.IsNew()
}

// checkCookies finds the session and returns the cookie that opens it. That is
// the old cookie, or a cookie that Renew gave, or none if the session was
// ended.
func (a *actor) checkCookies(c *scene, m *Manager[visitor], old string) (token string) {
	began, ended := a.ending()
	excused := a.s.evicted || began != never && (a.s.faulted || c.maxLogins > 0)
	var found []string
	if a.open(c, m, "S", old) {
		found = append(found, old)
		if ended != never {
			a.fail("the old cookie works after the end was acknowledged")
		}
	} else if ended == never && !excused {
		a.fail("the session is gone although nobody ended it")
	}
	for i, renewed := range a.cookies {
		if a.open(c, m, fmt.Sprintf("renewed %d", i), renewed) {
			found = append(found, renewed)
		}
	}
	switch {
	case len(found) > 1:
		a.fail("%d cookies of one session work", len(found))
	case len(found) == 0 && len(a.cookies) > 0 && !a.destroyed && !excused:
		a.fail("no renewed cookie works")
	}
	if len(found) == 0 {
		return ""
	}
	a.open(c, m, "at last", found[0])
	a.sawAll(a)
	if err := a.readLazy(c.t.Context()); err != nil && !a.s.evicted {
		a.fail("observer: lazy: %v", err)
	}
	return found[0]
}

// checkVariables tells whether the history of each variable is linearizable.
func (a *actor) checkVariables(c *scene) {
	lazy := value{c.lazy, 0}
	if c.lazy {
		lazy.n = 300
	}
	for variable, initial := range map[string]value{"t": {true, 100}, "v": {}, "n": {}, "c": lazy} {
		if a.s.evicted && !initial.set {
			continue // one of two first sets may be lost then
		}
		var ops []*op
		for _, o := range a.ops {
			if o.variable == variable {
				ops = append(ops, o)
			}
		}
		if !linearizable(initial, ops) {
			a.fail("variable %q, at first %v, is not linearizable: %v", variable, initial, ops)
		}
	}
}

// checkIdle tells whether the session that the cookie opens lives as long as
// its idle timeout after the last load demands, and no longer than a tenth more.
func (a *actor) checkIdle(c *scene, token string) {
	if !a.refreshed {
		return
	}
	m := c.manager(a.s, a, c.idle)
	a.s.elapsed += c.idle - time.Millisecond
	if !a.open(c, m, "before the idle timeout", token) && !a.s.evicted {
		a.fail("the session ended sooner than its idle timeout")
	}
	a.s.elapsed += c.idle + c.idle/10
	if a.open(c, m, "after the idle timeout", token) {
		a.fail("the session outlives its idle timeout")
	}
}

// checkAfterwards tells whether an ended session stays ended when its marks
// have expired.
func (a *actor) checkAfterwards(c *scene, m *Manager[visitor], old string) {
	a.checkLivesAfterwards(c, m)
	if _, ended := a.ending(); ended != never && a.open(c, m, "S in the end", old) {
		a.fail("the old cookie works again when the marks have expired")
	}
}
