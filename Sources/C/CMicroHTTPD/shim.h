#include <microhttpd.h>

// Swift cannot call a variadic function: the one start that HTTPServer needs, with its options fixed.

// Connections at once, and seconds after which a silent one is closed: scrapes and probes are few and short. `Connections`
// keeps their number below this one, so that there is always a place for the next.
enum { plainscore_http_connections_max = 64, plainscore_http_silence_seconds = 10 };

// Serves a socket that listens already, whenever MHD_run_wait is called; NULL where that cannot be had. All callbacks get
// `context`, and come from the thread that calls MHD_run_wait, or MHD_stop_daemon.
static inline struct MHD_Daemon *plainscore_http_start(
    int listening_socket, MHD_AccessHandlerCallback handle, MHD_NotifyConnectionCallback notify,
    MHD_RequestCompletedCallback completed, void *context) {
  return MHD_start_daemon(
      MHD_USE_EPOLL, 0, NULL, NULL, handle, context,
      MHD_OPTION_LISTEN_SOCKET, listening_socket,
      MHD_OPTION_CONNECTION_LIMIT, (unsigned int)plainscore_http_connections_max,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)plainscore_http_silence_seconds,
      MHD_OPTION_NOTIFY_CONNECTION, notify, context,
      MHD_OPTION_NOTIFY_COMPLETED, completed, context,
      MHD_OPTION_END);
}

// The connection's descriptor, -1 where it is not known.
static inline int plainscore_http_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

// The client's address, NULL where it is not known.
static inline const struct sockaddr *plainscore_http_client(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}

// Whether a notification says that a connection has begun, and not that it is about to be closed.
static inline int plainscore_http_has_begun(enum MHD_ConnectionNotificationCode code) {
  return code == MHD_CONNECTION_NOTIFY_STARTED;
}
