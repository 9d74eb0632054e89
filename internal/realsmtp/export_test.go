//go:build linux

package realsmtp

// Dir returns the server's folder.
func (s *Server) Dir() string { return s.dir }
