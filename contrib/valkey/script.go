package valkeysession

import (
	"context"
	"strconv"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/runtime"
)

// A script writes items. Its keys are theirs. Its arguments are a token of the call,
// and then for each item: the version that is to be there, what to store, and for how
// many milliseconds, 0 for ever. Its reply is the token and a letter for each item,
// so that the reply to another call is not taken for it.
//
// Scripts go out as they are, with EVAL: EVALSHA would take a second round trip
// wherever a server has started since, and is no faster on short scripts.
type script string

const (
	addScript script = `local reply = ARGV[1]
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

	swapScript script = `local reply = ARGV[1]
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

// run has the server run the script for these items, and returns the outcome of each.
func (s script) run(ctx context.Context, client valkey.Client, keys []string, items []runtime.Item) ([]error, error) {
	token := prefix(newVersion())
	args := make([]string, 0, 1+3*len(items))
	args = append(args, token)
	now := time.Now()
	for i := range items {
		item := &items[i]
		life := strconv.FormatInt(lifeOf(item.Expires, now), 10)
		args = append(args, prefix(item.Version), packed(item.Value, newVersion()), life)
	}
	command := client.B().Eval().Script(string(s)).Numkeys(int64(len(keys))).Key(keys...).Arg(args...).Build()
	reply, err := client.Do(ctx, command).ToString()
	if err != nil {
		return nil, err
	}
	letters := reply[min(len(token), len(reply)):]
	if reply[:len(reply)-len(letters)] != token || len(letters) != len(items) {
		return nil, errReply
	}
	errs := make([]error, len(items))
	for i := range errs {
		outcome, ok := outcomes[letters[i]]
		if !ok {
			return nil, errReply
		}
		errs[i] = outcome
	}
	return errs, nil
}
