package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tools are all that an empty machine has: the go command, git, a shell and some
// of the core utilities. Where there is no C compiler, the go command does
// without cgo.
var tools = []string{"go", "gofmt", "git", "sh", "cat", "cp", "ls", "mkdir", "mv", "rm"}

// passed are the settings that a machine keeps of ours: those without which it
// would not reach the network, or would fetch another Go.
var passed = []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// machine returns a place on a machine where nothing has ever been built, in a
// new folder there. It gets modules as users do, but the repository's own from
// what is packed.
func (r *release) machine(name string) (place, error) {
	if err := r.pack(); err != nil {
		return place{}, err
	}
	top := filepath.Join(r.temp, name)
	p := place{dir: filepath.Join(top, "home", "shop"), own: true, env: []string{
		"HOME=" + filepath.Join(top, "home"),
		"PATH=" + filepath.Join(top, "bin"),
		"TMPDIR=" + filepath.Join(top, "tmp"),
		"GOFLAGS=-modcacherw", // so that it can be removed
		"GOTOOLCHAIN=local",
	}}
	for _, folder := range []string{p.dir, p.value("PATH"), p.value("TMPDIR")} {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return place{}, err
		}
	}
	for _, tool := range tools {
		file, err := exec.LookPath(tool)
		if err != nil {
			return place{}, fmt.Errorf("the machine lacks %s: %w", tool, err)
		}
		if file, err = filepath.EvalSymlinks(file); err != nil {
			return place{}, err
		}
		// A script, as the name by which it is called counts for some.
		script := fmt.Sprintf("#!/bin/sh\nexec %s \"$@\"\n", file)
		if err := os.WriteFile(filepath.Join(p.value("PATH"), tool), []byte(script), 0o777); err != nil {
			return place{}, err
		}
	}
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			p.env = append(p.env, name+"="+value)
		}
	}
	settings, err := r.source.run("go", "env", "GOPROXY", "GONOSUMDB", "GOSUMDB")
	if err != nil {
		return place{}, err
	}
	set := strings.Split(settings, "\n")
	p.env = append(p.env, "GOPROXY="+r.proxy+","+set[0], "GONOSUMDB="+strings.Trim(set[1]+","+r.root(), ","), "GOSUMDB="+set[2])
	return p, nil
}

// app returns the module of someone who requires one of the released modules, and
// nothing else of the repository. It shares our cache of builds, and has no
// modules at first but those that others of these apps have fetched.
func (r *release) app(m module) (place, error) {
	if p, ok := r.apps[m.path]; ok {
		return p, nil
	}
	p, err := r.machine("users")
	if err != nil {
		return place{}, err
	}
	cache, err := r.source.run("go", "env", "GOCACHE")
	if err != nil {
		return place{}, err
	}
	p.env = append(p.env, "GOCACHE="+strings.TrimSpace(cache), "GOFLAGS=-modcacherw -trimpath")
	p.dir = filepath.Join(filepath.Dir(p.dir), strings.ReplaceAll(m.folder, ".", "root"))
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return place{}, err
	}
	if err := p.all("go mod init example.com/app", "go get "+m.path+"/...@"+r.version); err != nil {
		return place{}, errors.Join(fmt.Errorf("users can't get %s: the check named modules may tell why", m.path), err)
	}
	r.apps[m.path] = p
	return p, nil
}
