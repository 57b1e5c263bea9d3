package storetest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// faulty is a store of which some methods are replaced by faulty ones.
type faulty struct {
	runtime.Store
	get  func(context.Context, []string) (map[string]runtime.Item, error)
	add  func(context.Context, []runtime.Item) []error
	swap func(context.Context, []runtime.Item) []error
	del  func(context.Context, []string) []error
}

func (f faulty) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if f.get == nil {
		return f.Store.Get(ctx, keys)
	}
	return f.get(ctx, keys)
}

func (f faulty) Add(ctx context.Context, items []runtime.Item) []error {
	if f.add == nil {
		return f.Store.Add(ctx, items)
	}
	return f.add(ctx, items)
}

func (f faulty) Swap(ctx context.Context, items []runtime.Item) []error {
	if f.swap == nil {
		return f.Store.Swap(ctx, items)
	}
	return f.swap(ctx, items)
}

func (f faulty) Delete(ctx context.Context, keys []string) []error {
	if f.del == nil {
		return f.Store.Delete(ctx, keys)
	}
	return f.del(ctx, keys)
}

// each calls f for each item alone.
func each[T any](items []T, f func(T) error) []error {
	var errs []error
	for _, item := range items {
		errs = append(errs, f(item))
	}
	return errs
}

// renaming is a store that keeps items under other keys than it is given.
func renaming(good runtime.Store, rename func(string) string) faulty {
	renamed := func(items []runtime.Item) []runtime.Item {
		items = slices.Clone(items)
		for i := range items {
			items[i].Key = rename(items[i].Key)
		}
		return items
	}
	return faulty{
		Store: good,
		get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			items := make(map[string]runtime.Item)
			for _, key := range keys {
				found, err := good.Get(ctx, []string{rename(key)})
				if err != nil {
					return nil, err
				}
				for _, item := range found {
					item.Key = key
					items[key] = item
				}
			}
			return items, nil
		},
		add:  func(ctx context.Context, items []runtime.Item) []error { return good.Add(ctx, renamed(items)) },
		swap: func(ctx context.Context, items []runtime.Item) []error { return good.Swap(ctx, renamed(items)) },
		del: func(ctx context.Context, keys []string) []error {
			return each(keys, func(key string) error { return good.Delete(ctx, []string{rename(key)})[0] })
		},
	}
}

// changing is a store that changes the items that it is given.
func changing(good runtime.Store, change func(*runtime.Item)) faulty {
	changed := func(items []runtime.Item) []runtime.Item {
		items = slices.Clone(items)
		for i := range items {
			change(&items[i])
		}
		return items
	}
	return faulty{
		Store: good,
		add:   func(ctx context.Context, items []runtime.Item) []error { return good.Add(ctx, changed(items)) },
		swap:  func(ctx context.Context, items []runtime.Item) []error { return good.Swap(ctx, changed(items)) },
	}
}

// versioned is a store that gives the versions that version makes of an item.
func versioned(good runtime.Store, version func(runtime.Item) uint64) faulty {
	return faulty{
		Store: good,
		get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			items, err := good.Get(ctx, keys)
			for key, item := range items {
				item.Version = version(item)
				items[key] = item
			}
			return items, err
		},
		swap: func(ctx context.Context, items []runtime.Item) []error {
			return each(items, func(item runtime.Item) error {
				found, err := good.Get(ctx, []string{item.Key})
				if err != nil {
					return err
				}
				old, ok := found[item.Key]
				if ok && version(old) != item.Version {
					return runtime.ErrExists
				}
				item.Version = old.Version
				return good.Swap(ctx, []runtime.Item{item})[0]
			})
		},
	}
}

// contextual is a store that treats contexts in its own way.
func contextual(good runtime.Store, enter func(context.Context) (context.Context, error)) faulty {
	call := func(ctx context.Context, n int, do func(context.Context) []error) []error {
		ctx, err := enter(ctx)
		if err != nil {
			return slices.Repeat([]error{err}, n)
		}
		return do(ctx)
	}
	return faulty{
		get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			ctx, err := enter(ctx)
			if err != nil {
				return nil, err
			}
			return good.Get(ctx, keys)
		},
		add: func(ctx context.Context, items []runtime.Item) []error {
			return call(ctx, len(items), func(ctx context.Context) []error { return good.Add(ctx, items) })
		},
		swap: func(ctx context.Context, items []runtime.Item) []error {
			return call(ctx, len(items), func(ctx context.Context) []error { return good.Swap(ctx, items) })
		},
		del: func(ctx context.Context, keys []string) []error {
			return call(ctx, len(keys), func(ctx context.Context) []error { return good.Delete(ctx, keys) })
		},
	}
}

// nap lets other goroutines run between two steps that should be one.
func nap() { time.Sleep(time.Millisecond) }

// A fault is a way in which a store can be wrong.
type fault struct {
	name   string
	check  string // that finds it
	broken func(good runtime.Store) faulty
}

var faults = []fault{
	{"a miss is an error", "AbsentIsLeftOut", func(good runtime.Store) faulty {
		return faulty{Store: good, get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			items, err := good.Get(ctx, keys)
			if len(items) == 0 {
				return nil, runtime.ErrNotFound
			}
			return items, err
		}}
	}},
	{"a miss is an empty item", "AbsentIsLeftOut", func(good runtime.Store) faulty {
		return faulty{Store: good, get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			items, err := good.Get(ctx, keys)
			for _, key := range keys {
				if _, ok := items[key]; !ok {
					items[key] = runtime.Item{Key: key, Version: 1}
				}
			}
			return items, err
		}}
	}},
	{"items have no keys", "AddedIsRead", func(good runtime.Store) faulty {
		return faulty{Store: good, get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			items, err := good.Get(ctx, keys)
			for key, item := range items {
				item.Key = ""
				items[key] = item
			}
			return items, err
		}}
	}},
	{"items have no versions", "AddedIsRead", func(good runtime.Store) faulty {
		return versioned(good, func(runtime.Item) uint64 { return 0 })
	}},
	{"only the first item is added", "AddedIsRead", func(good runtime.Store) faulty {
		return faulty{Store: good, add: func(ctx context.Context, items []runtime.Item) []error {
			good.Add(ctx, items[:min(1, len(items))])
			return make([]error, len(items))
		}}
	}},
	{"add replaces", "AddKeepsWhatExists", func(good runtime.Store) faulty {
		return faulty{Store: good, add: func(ctx context.Context, items []runtime.Item) []error {
			good.Delete(ctx, keysOf(items))
			return good.Add(ctx, items)
		}}
	}},
	{"a refused add touches", "AddKeepsWhatExists", func(good runtime.Store) faulty {
		return faulty{Store: good, add: func(ctx context.Context, items []runtime.Item) []error {
			errs := good.Add(ctx, items)
			found, _ := good.Get(ctx, keysOf(items))
			for i, err := range errs {
				if errors.Is(err, runtime.ErrExists) {
					good.Swap(ctx, []runtime.Item{found[items[i].Key]})
				}
			}
			return errs
		}}
	}},
	{"swap takes any version", "SwapReplacesItsVersionOnly", func(good runtime.Store) faulty {
		return faulty{Store: good, swap: func(ctx context.Context, items []runtime.Item) []error {
			found, _ := good.Get(ctx, keysOf(items))
			return each(items, func(item runtime.Item) error {
				item.Version = found[item.Key].Version
				return good.Swap(ctx, []runtime.Item{item})[0]
			})
		}}
	}},
	{"swap takes version 0 for any", "SwapReplacesItsVersionOnly", func(good runtime.Store) faulty {
		return faulty{Store: good, swap: func(ctx context.Context, items []runtime.Item) []error {
			found, _ := good.Get(ctx, keysOf(items))
			return each(items, func(item runtime.Item) error {
				if item.Version == 0 {
					item.Version = found[item.Key].Version
				}
				return good.Swap(ctx, []runtime.Item{item})[0]
			})
		}}
	}},
	{"swap adds", "SwapOfAbsentIsNotFound", func(good runtime.Store) faulty {
		return faulty{Store: good, swap: func(ctx context.Context, items []runtime.Item) []error {
			return each(items, func(item runtime.Item) error {
				if err := good.Swap(ctx, []runtime.Item{item})[0]; !errors.Is(err, runtime.ErrNotFound) {
					return err
				}
				return good.Add(ctx, []runtime.Item{item})[0]
			})
		}}
	}},
	{"delete of the absent is an error", "DeleteRemovesItsKeysOnly", func(good runtime.Store) faulty {
		return faulty{Store: good, del: func(ctx context.Context, keys []string) []error {
			found, _ := good.Get(ctx, keys)
			good.Delete(ctx, keys)
			return each(keys, func(key string) error {
				if _, ok := found[key]; !ok {
					return runtime.ErrNotFound
				}
				return nil
			})
		}}
	}},
	{"delete of the record deletes a variable", "DeleteRemovesItsKeysOnly", func(good runtime.Store) faulty {
		return faulty{Store: good, del: func(ctx context.Context, keys []string) []error {
			return each(keys, func(key string) error { return good.Delete(ctx, []string{key, key + "-a"})[0] })
		}}
	}},
	{"results are in another order", "ResultsAreInOrder", func(good runtime.Store) faulty {
		return faulty{Store: good, swap: func(ctx context.Context, items []runtime.Item) []error {
			errs := good.Swap(ctx, items)
			slices.SortStableFunc(errs, func(a, b error) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			return errs
		}}
	}},
	{"one failure stops the others", "ResultsAreInOrder", func(good runtime.Store) faulty {
		return faulty{Store: good, swap: func(ctx context.Context, items []runtime.Item) []error {
			var err error
			return each(items, func(item runtime.Item) error {
				if err == nil {
					err = good.Swap(ctx, []runtime.Item{item})[0]
				}
				return err
			})
		}}
	}},
	{"versions are hashes of values", "VersionsNeverRepeat", func(good runtime.Store) faulty {
		return versioned(good, func(item runtime.Item) uint64 {
			h := fnv.New64a()
			h.Write(item.Value)
			return h.Sum64()
		})
	}},
	{"versions start anew after a delete", "VersionsNeverRepeat", func(good runtime.Store) faulty {
		first := make(map[string]uint64)
		f := versioned(good, func(item runtime.Item) uint64 {
			if first[item.Key] == 0 {
				first[item.Key] = item.Version
			}
			return item.Version - first[item.Key] + 1
		})
		f.del = func(ctx context.Context, keys []string) []error {
			for _, key := range keys {
				delete(first, key)
			}
			return good.Delete(ctx, keys)
		}
		return f
	}},
	{"values end at a NUL", "AnyBytesAreKept", func(good runtime.Store) faulty {
		return changing(good, func(item *runtime.Item) {
			head, _, _ := strings.Cut(string(item.Value), "\x00")
			item.Value = []byte(head)
		})
	}},
	{"an empty value is a miss", "AnyBytesAreKept", func(good runtime.Store) faulty {
		return faulty{Store: good, get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			items, err := good.Get(ctx, keys)
			for key, item := range items {
				if len(item.Value) == 0 {
					delete(items, key)
				}
			}
			return items, err
		}}
	}},
	{"values over 64 KiB are cut", "LargeValuesAreKept", func(good runtime.Store) faulty {
		return changing(good, func(item *runtime.Item) { item.Value = item.Value[:min(len(item.Value), 1<<16)] })
	}},
	{"keys are cut", "LongKeysDiffer", func(good runtime.Store) faulty {
		return renaming(good, func(key string) string { return key[:min(len(key), 200)] })
	}},
	{"calls of over 64 items are cut", "ManyItemsInOneCall", func(good runtime.Store) faulty {
		return faulty{Store: good, add: func(ctx context.Context, items []runtime.Item) []error {
			good.Add(ctx, items[:min(len(items), 64)])
			return make([]error, len(items))
		}}
	}},
	{"sessions share their variables", "SessionsAreApart", func(good runtime.Store) faulty {
		const shared = "storetest:00000000-0000-0000-0000-000000000000"
		return renaming(good, func(key string) string {
			session := runtime.SessionKey(key)
			if key == session {
				return shared + "-record" + session
			}
			return shared + strings.TrimPrefix(key, session)
		})
	}},
	{"namespaces are left out", "SessionsAreApart", func(good runtime.Store) faulty {
		return renaming(good, func(key string) string { return key[strings.IndexByte(key, ':'):] })
	}},
	{"a call has one session", "SessionsOfAnAccountAreTogether", func(good runtime.Store) faulty {
		return faulty{Store: good, get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			own := func(key string) bool {
				return strings.HasPrefix(key, keys[0][:min(len(keys[0]), len("storetest:")+36)])
			}
			for i, key := range keys {
				if !own(key) {
					return good.Get(ctx, keys[:i])
				}
			}
			return good.Get(ctx, keys)
		}}
	}},
	{"nothing expires", "ExpiryIsKept", func(good runtime.Store) faulty {
		return changing(good, func(item *runtime.Item) { item.Expires = time.Time{} })
	}},
	{"times of expiry are rounded to minutes", "ExpiryIsKept", func(good runtime.Store) faulty {
		return changing(good, func(item *runtime.Item) { item.Expires = item.Expires.Truncate(time.Minute) })
	}},
	{"a time to live below a second is forever", "ExpiryIsKept", func(good runtime.Store) faulty {
		return changing(good, func(item *runtime.Item) {
			if time.Until(item.Expires) < time.Second {
				item.Expires = time.Time{}
			}
		})
	}},
	{"a time to live over a month is past", "ExpiryIsKept", func(good runtime.Store) faulty {
		return changing(good, func(item *runtime.Item) {
			if time.Until(item.Expires) > 30*24*time.Hour {
				item.Expires = time.Now()
			}
		})
	}},
	{"swap keeps the time of expiry", "ExpiryIsKept", func(good runtime.Store) faulty {
		expires := make(map[string]time.Time)
		return changing(good, func(item *runtime.Item) {
			if item.Version == 0 {
				expires[item.Key] = item.Expires
			}
			item.Expires = expires[item.Key]
		})
	}},
	{"add is two steps", "OneOfManyAddsWins", func(good runtime.Store) faulty {
		return faulty{Store: good, add: func(ctx context.Context, items []runtime.Item) []error {
			found, _ := good.Get(ctx, keysOf(items))
			nap()
			return each(items, func(item runtime.Item) error {
				if _, ok := found[item.Key]; ok {
					return runtime.ErrExists
				}
				good.Delete(ctx, []string{item.Key})
				return good.Add(ctx, []runtime.Item{item})[0]
			})
		}}
	}},
	{"swap is two steps", "OneOfManySwapsWins", twoStepSwap},
	{"swap is two steps", "NoUpdateIsLost", twoStepSwap},
	{"the last key is read first", "ReadsKeepTheirOrder", func(good runtime.Store) faulty {
		return faulty{Store: good, get: func(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
			items := make(map[string]runtime.Item)
			for _, key := range slices.Backward(keys) {
				found, err := good.Get(ctx, []string{key})
				if err != nil {
					return nil, err
				}
				if item, ok := found[key]; ok {
					items[key] = item
				}
				nap()
			}
			return items, nil
		}}
	}},
	{"contexts are ignored", "DoneContextIsUnavailable", func(good runtime.Store) faulty {
		return contextual(good, func(ctx context.Context) (context.Context, error) {
			return context.WithoutCancel(ctx), nil
		})
	}},
	{"the context's error is not marked", "DoneContextIsUnavailable", func(good runtime.Store) faulty {
		return contextual(good, func(ctx context.Context) (context.Context, error) { return ctx, ctx.Err() })
	}},
	{"the context's error is hidden", "DoneContextIsUnavailable", func(good runtime.Store) faulty {
		return contextual(good, func(ctx context.Context) (context.Context, error) {
			if ctx.Err() != nil {
				return nil, runtime.ErrUnavailable
			}
			return ctx, nil
		})
	}},
}

func twoStepSwap(good runtime.Store) faulty {
	return faulty{Store: good, swap: func(ctx context.Context, items []runtime.Item) []error {
		return each(items, func(item runtime.Item) error {
			found, err := good.Get(ctx, []string{item.Key})
			if err != nil {
				return err
			}
			if old, ok := found[item.Key]; !ok {
				return runtime.ErrNotFound
			} else if old.Version != item.Version {
				return runtime.ErrExists
			}
			nap()
			good.Delete(ctx, []string{item.Key})
			return good.Add(ctx, []runtime.Item{item})[0]
		})
	}}
}
