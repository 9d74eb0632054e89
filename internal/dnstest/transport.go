package dnstest

import (
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// servePackets answers over UDP, from one goroutine and without one a query.
func (s *Server) servePackets(packets *net.UDPConn) {
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := packets.ReadFromUDPAddrPort(buffer)
		if err != nil {
			select {
			case <-s.closed:
				return
			default:
				continue // a client that has gone
			}
		}
		s.respond(buffer[:n], true, func(message []byte) { _, _ = packets.WriteToUDPAddrPort(message, from) })
	}
}

// respond answers query by send, now or when it is due. It does not keep query.
func (s *Server) respond(query []byte, overUDP bool, send func([]byte)) {
	messages, delay := s.answer(query, overUDP)
	if delay > 0 && len(messages) > 0 {
		s.later.post(time.Now().Add(delay), messages, send)
		return
	}
	for _, m := range messages {
		send(m)
	}
}

func (s *Server) serveStreams(listener net.Listener) {
	for {
		stream, err := listener.Accept()
		if err != nil {
			return
		}
		if s.greet(stream) {
			s.serving.Go(func() { s.serveStream(stream) })
		}
	}
}

// serveStream answers a connection's queries, each as soon as it is ready: RFC 7766 section 7.
func (s *Server) serveStream(stream net.Conn) {
	defer s.part(stream)
	var writing sync.Mutex
	send := func(message []byte) {
		writing.Lock()
		defer writing.Unlock()
		framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
		// A client that does not read must not hold up the others' answers.
		_ = stream.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = stream.Write(framed)
	}
	for {
		var size [2]byte
		if _, err := io.ReadFull(stream, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(stream, query); err != nil {
			return
		}
		s.respond(query, false, send)
	}
}

// greet keeps stream for hangUp, unless the server is closed.
func (s *Server) greet(stream net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		_ = stream.Close()
		return false
	default:
		s.streams[stream] = struct{}{}
		return true
	}
}

func (s *Server) part(stream net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, stream)
	_ = stream.Close()
}

func (s *Server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for stream := range s.streams {
		_ = stream.Close()
	}
}

const dnsMessage = "application/dns-message"

func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != "/dns-query":
		http.Error(w, "only /dns-query", http.StatusNotFound)
		return
	case r.Method != http.MethodPost:
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	case r.Header.Get("Content-Type") != dnsMessage:
		http.Error(w, "only "+dnsMessage, http.StatusUnsupportedMediaType)
		return
	}
	query, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	messages, delay := s.answer(query, false)
	var due <-chan time.Time
	if len(messages) > 0 {
		due = time.After(delay)
	}
	select {
	case <-due:
	case <-r.Context().Done():
		return
	case <-s.closed:
		return
	}
	w.Header().Set("Content-Type", dnsMessage)
	// A response has room for one message.
	_, _ = w.Write(messages[0])
}

// quiet is for what http.Server would say of a client that does not trust it.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
