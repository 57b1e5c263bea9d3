package main

import "testing"

// A release that breaks code says so, in its number and in the changelog.
func TestWhatBreaksCodeMustBeNamed(t *testing.T) {
	r := smallRepository(t)
	r.passes(ready, "api") // with nothing before it
	r.git("tag", ready)
	r.git("tag", "contrib/small/"+ready)

	r.replace("runtime/memory.go", "func NewMemory() ", "func NewMemory(...int) ")
	r.edit("runtime/memory.go", func(text string) string { return text + "\n// More is new.\nfunc More() {}\n" })
	r.commit()
	const broken = root + "/runtime: NewMemory: changed from func() *Memory to func(...int) *Memory"
	r.fails("v0.9.1", "api", "needs a new minor number", broken)
	r.fails("v1.0.0", "api", "v1.0.0 may break nothing", broken)

	r.prepare("v0.10.0")
	r.commit()
	r.fails("v0.10.0", "api", broken, "name NewMemory below Changed or Removed in the changelog")
	section := func(heading string) {
		r.edit("CHANGELOG.md", func(text string) string {
			at := sectionHeading.FindStringIndex(text)[1]
			return text[:at] + "\n\n### " + heading + "\n\n- `runtime.NewMemory` takes sizes: give none.\n" + text[at:]
		})
		r.commit()
	}
	section("Added") // where nobody looks for it
	r.fails("v0.10.0", "api", "name NewMemory below Changed or Removed")
	section("Changed")
	r.passes("v0.10.0", "api")
}

func TestRemovalsMustBeNamed(t *testing.T) {
	r := smallRepository(t)
	r.git("tag", ready)
	r.git("rm", "-rq", "runtime/gentest", "contrib/small")
	r.commit()
	r.prepare("v0.10.0")
	r.edit("CHANGELOG.md", func(text string) string {
		at := sectionHeading.FindStringIndex(text)[1]
		return text[:at] + "\n\n### Removed\n\n- Nothing.\n" + text[at:]
	})
	r.commit()
	r.fails("v0.10.0", "api", "package "+root+"/runtime/gentest: removed\n", "name runtime/gentest below", "module "+root+"/contrib/small: removed\n", "name contrib/small below")
}

func TestSubjectOfAMessageIsWrittenAsInCode(t *testing.T) {
	for message, want := range map[string]string{
		"NewMemory: changed from func() to func(int)": "NewMemory",
		"(*Session).Renew: removed":                   "Session.Renew",
		"Config.Keys: removed":                        "Config.Keys",
		"Store.Get, method set of Memory: removed":    "Store.Get",
	} {
		if got := subject(message); got != want {
			t.Errorf("%q is about %q, want %q", message, got, want)
		}
	}
}
