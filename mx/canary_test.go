package mx

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStanding(t *testing.T) {
	var (
		passes = sighting{resolved: 2, absent: 2}
		unsure = sighting{resolved: 2}
		silent = sighting{}
		denies = sighting{denied: 2}
		makes  = sighting{resolved: 3, absent: 1, invented: 1}
	)
	r := New(Options{Servers: []string{"192.0.2.1", "192.0.2.2"}})
	for _, step := range []struct {
		name                        string
		seen                        []sighting
		passed, honest, lying, dead set
		order                       []int
		epoch                       int
		err                         error
	}{
		{name: "unsure from the start", seen: []sighting{unsure, passes}, passed: 2, honest: 2, order: []int{1, 0}},
		{name: "both pass", seen: []sighting{passes, passes}, passed: 3, honest: 3, order: []int{0, 1}},
		{name: "unsure takes nothing back", seen: []sighting{unsure, passes}, passed: 2, honest: 3, order: []int{0, 1}},
		{name: "one dies", seen: []sighting{silent, passes}, passed: 2, honest: 2, dead: 1, order: []int{1}},
		{name: "one lies", seen: []sighting{passes, makes}, passed: 1, honest: 1, lying: 2, order: []int{0}, epoch: 1},
		{name: "it goes on lying", seen: []sighting{unsure, denies}, honest: 1, lying: 2, order: []int{0}, epoch: 1},
		{name: "both lie", seen: []sighting{denies, makes}, lying: 3, order: []int{0, 1}, epoch: 2, err: ErrLying},
		{name: "a liar and a dead one", seen: []sighting{silent, makes}, lying: 2, dead: 1, order: []int{1}, epoch: 3, err: ErrLying},
		{name: "both dead", seen: []sighting{silent, silent}, dead: 3, epoch: 4, err: ErrDead},
		{name: "back", seen: []sighting{passes, passes}, passed: 3, honest: 3, order: []int{0, 1}, epoch: 4},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := &standing{start: time.Now()}
			r.publish(s, step.seen)
			require.Same(t, s, r.standing.Load())
			require.Equal(t, []set{step.passed, step.honest, step.lying, step.dead}, []set{s.passed, s.honest, s.lying, s.dead})
			require.Equal(t, step.order, s.order)
			require.Equal(t, step.epoch, s.epoch)
			require.ErrorIs(t, s.err, step.err)
		})
	}
}

// A server that answers others is not dead because the canaries got no answer.
func TestHeardIsNotDead(t *testing.T) {
	r := New(Options{Servers: []string{"192.0.2.1"}})
	s := &standing{start: time.Now()}
	r.servers[0].heard.Store(int64(r.at(s.start)) + 1)
	r.publish(s, []sighting{{}})
	require.Zero(t, s.dead)
	require.ErrorIs(t, s.err, ErrUnproven, "but nothing that it says is confirmed")
}
