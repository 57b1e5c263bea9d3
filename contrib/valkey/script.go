package valkeysession

import (
	"context"
	"strconv"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/runtime"
)

// A script reads or writes items. Its keys are theirs, and its first argument is a
// token of the call, with which its reply begins, so that the reply to another call
// is not taken for it.
//
// No script has the flag no-writes, not even the one that reads: so a server runs
// it only where it would take a write. It refuses to read where it is a replica, or a
// primary that has lost its replicas and min-replicas-to-write is set, either of
// which may not have heard of a logout.
//
// Scripts go out as they are, with EVAL: EVALSHA would take a second round trip
// wherever a server has started since, and is no faster on short scripts.
type script string

// readScript replies with an array: the token, and each value or nil. MGET takes what
// is no string for missing. It is not: a session that has it is not over, so the
// script ends in WRONGTYPE, as GETRANGE does.
const readScript script = `#!lua flags=allow-oom
local values = redis.call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
	if not values[i] then
		redis.call('GETRANGE', key, 0, 0)
	end
end
table.insert(values, 1, ARGV[1])
return values`

// The scripts that write have three more arguments for each item: the version that is
// to be there, what to store, and for how many milliseconds, 0 for ever. Their reply
// is a string: the token, and a letter for each item.
//
// Swaps go on where the memory is full: they replace one item by another of about its
// size, and a logout is one.
const (
	addScript script = `#!lua
local reply = ARGV[1]
for i, key in ipairs(KEYS) do
	local value, life, done = ARGV[3*i], ARGV[3*i+1]
	if life == '0' then
		done = redis.call('SET', key, value, 'NX')
	else
		done = redis.call('SET', key, value, 'NX', 'PX', life)
	end
	reply = reply .. (done and 's' or 'e')
end
return reply`

	swapScript script = `#!lua flags=allow-oom
local reply = ARGV[1]
for i, key in ipairs(KEYS) do
	local value, life = ARGV[3*i], ARGV[3*i+1]
	local version = redis.call('GETRANGE', key, 0, 7)
	if version == '' then
		reply = reply .. 'n'
	elseif version ~= ARGV[3*i-1] then
		reply = reply .. 'e'
	else
		if life == '0' then
			redis.call('SET', key, value)
		else
			redis.call('SET', key, value, 'PX', life)
		end
		reply = reply .. 's'
	end
end
return reply`
)

// outcomes are what the letters in a script's reply say.
var outcomes = map[byte]error{'s': nil, 'e': runtime.ErrExists, 'n': runtime.ErrNotFound}

func (s script) run(ctx context.Context, client valkey.Client, keys, args []string) valkey.ValkeyResult {
	return client.Do(ctx, client.B().Eval().Script(string(s)).Numkeys(int64(len(keys))).Key(keys...).Arg(args...).Build())
}

// read returns what the server has under these keys.
func read(ctx context.Context, client valkey.Client, keys []string) ([]valkey.ValkeyMessage, error) {
	token := newToken()
	reply, err := readScript.run(ctx, client, keys, []string{token}).ToArray()
	if err != nil {
		return nil, answerError(err)
	}
	if len(reply) != 1+len(keys) {
		return nil, errReply
	}
	if first, err := reply[0].ToString(); err != nil || first != token {
		return nil, errReply
	}
	return reply[1:], nil
}

// write has the server write these items, and returns the outcome of each.
func (s script) write(ctx context.Context, client valkey.Client, keys []string, items []runtime.Item) ([]error, error) {
	token := newToken()
	args := make([]string, 0, 1+3*len(items))
	args = append(args, token)
	now := time.Now()
	for i := range items {
		item := &items[i]
		life := strconv.FormatInt(lifeOf(item.Expires, now), 10)
		args = append(args, prefix(item.Version), packed(item.Value, newVersion()), life)
	}
	reply, err := s.run(ctx, client, keys, args).ToString()
	if err != nil {
		return nil, answerError(err)
	}
	if len(reply) != len(token)+len(items) || reply[:len(token)] != token {
		return nil, errReply
	}
	errs := make([]error, len(items))
	for i := range errs {
		outcome, ok := outcomes[reply[len(token)+i]]
		if !ok {
			return nil, errReply
		}
		errs[i] = outcome
	}
	return errs, nil
}

// newToken returns what tells a call from others. It need not be a secret.
func newToken() string { return prefix(newVersion()) }

// answerError returns err, or errReply if the server's answer is of another kind than
// the call's.
func answerError(err error) error {
	if valkey.IsParseErr(err) || valkey.IsValkeyNil(err) {
		return errReply
	}
	return err
}
