package main

import (
	"errors"
	"fmt"
)

// checkGenerated runs the directives of all modules, and sees whether they change
// a file.
func checkGenerated(r *release) (string, error) {
	var problems []error
	for _, m := range r.modules {
		if _, err := r.tree.in(m.folder).run("go", "generate", "./..."); err != nil {
			problems = append(problems, fmt.Errorf("in %s: %w", m.folder, err))
		}
	}
	changed, err := r.tree.run("git", "status", "--porcelain")
	if err == nil && changed != "" {
		_, restored := r.tree.run("git", "checkout", "--quiet", "--", ".")
		err = errors.Join(restored, fmt.Errorf("these are not what is generated: run make generate, and commit\n%s", changed))
	}
	return "", errors.Join(append(problems, err)...)
}
