package main

import (
	"path/filepath"
)

// pack has the go command fetch the released modules from the clone, as it would
// from their tags, into a module cache. Its part for downloads is laid out as a
// module proxy: see go help goproxy. So what it serves is what users will get,
// with the LICENSE that the go command puts into a module that has none.
func (r *release) pack() error {
	if r.proxy != "" {
		return nil
	}
	cache := filepath.Join(r.temp, "packed")
	p := place{dir: r.temp, env: []string{
		"GOMODCACHE=" + cache, "GOFLAGS=-modcacherw", "GOWORK=off",
		"GOPROXY=direct", "GONOPROXY=", "GONOSUMDB=" + r.root(), "GOTOOLCHAIN=local",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.file://" + r.tree.dir + ".insteadOf", "GIT_CONFIG_VALUE_0=https://" + r.root(),
	}}
	args := []string{"mod", "download"}
	for _, m := range r.released() {
		args = append(args, m.path+"@"+r.version)
	}
	if _, err := p.run("go", args...); err != nil {
		return err
	}
	r.proxy = "file://" + filepath.Join(cache, "cache", "download")
	return nil
}

// zipOf returns the file that users of a module download.
func (r *release) zipOf(m module) string {
	return filepath.Join(r.temp, "packed", "cache", "download", filepath.FromSlash(m.path), "@v", r.version+".zip")
}
