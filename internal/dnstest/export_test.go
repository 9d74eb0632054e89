package dnstest

// Answer returns what is sent to a packet that came by UDP.
func (s *Server) Answer(query []byte) [][]byte {
	messages, _ := s.answer(query, true)
	return messages
}
