#include <microhttpd.h>

// Swift cannot call a variadic function: the one start that HTTPServer needs, with its options fixed.

// Connections at once, and seconds after which a silent one is closed: scrapes and probes are few and short.
enum { plainscore_http_connections_max = 32, plainscore_http_silence_seconds = 10 };

// Serves a socket that listens already, on one thread of its own; NULL where that cannot be had.
static inline struct MHD_Daemon *plainscore_http_start(
    int listening_socket, MHD_AccessHandlerCallback handle, void *context) {
  return MHD_start_daemon(
      MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle, context,
      MHD_OPTION_LISTEN_SOCKET, listening_socket,
      MHD_OPTION_CONNECTION_LIMIT, (unsigned int)plainscore_http_connections_max,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)plainscore_http_silence_seconds,
      MHD_OPTION_END);
}
