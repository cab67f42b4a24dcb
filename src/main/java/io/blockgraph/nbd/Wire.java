package io.blockgraph.nbd;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The numbers of the NBD protocol, as `doc/proto.md` of the NBD project names them. All integers
/// are big-endian.
public final class Wire {
  public static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  public static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  public static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  public static final long NBD_MAGIC = 0x4e42444d41474943L;
  public static final long OPTION_MAGIC = 0x49484156454f5054L;
  public static final long OPTION_REPLY_MAGIC = 0x0003e889045565a9L;
  public static final int REQUEST_MAGIC = 0x25609513;
  public static final int SIMPLE_REPLY_MAGIC = 0x67446698;
  public static final int STRUCTURED_REPLY_MAGIC = 0x668e33ef;
  public static final int EXTENDED_REQUEST_MAGIC = 0x21e41c71;
  public static final int EXTENDED_REPLY_MAGIC = 0x6e8a278c;

  /// Handshake flags of the server and client flags use the same two bits.
  public static final int FLAG_FIXED_NEWSTYLE = 1;

  public static final int FLAG_NO_ZEROES = 2;

  public static final int OPTION_EXPORT_NAME = 1;
  public static final int OPTION_ABORT = 2;
  public static final int OPTION_LIST = 3;
  public static final int OPTION_STARTTLS = 5;
  public static final int OPTION_INFO = 6;
  public static final int OPTION_GO = 7;
  public static final int OPTION_STRUCTURED_REPLY = 8;
  public static final int OPTION_LIST_META_CONTEXT = 9;
  public static final int OPTION_SET_META_CONTEXT = 10;
  public static final int OPTION_EXTENDED_HEADERS = 11;

  public static final int REPLY_ACK = 1;
  public static final int REPLY_SERVER = 2;
  public static final int REPLY_INFO = 3;
  public static final int REPLY_META_CONTEXT = 4;

  public static final int REPLY_ERROR = 1 << 31;
  public static final int REPLY_UNSUPPORTED = REPLY_ERROR + 1;
  public static final int REPLY_POLICY = REPLY_ERROR + 2;
  public static final int REPLY_INVALID = REPLY_ERROR + 3;
  public static final int REPLY_TLS_REQUIRED = REPLY_ERROR + 5;
  public static final int REPLY_UNKNOWN = REPLY_ERROR + 6;
  public static final int REPLY_SHUTDOWN = REPLY_ERROR + 7;
  public static final int REPLY_TOO_BIG = REPLY_ERROR + 9;
  public static final int REPLY_EXTENDED_REQUIRED = REPLY_ERROR + 10;

  public static final int INFO_EXPORT = 0;
  public static final int INFO_NAME = 1;
  public static final int INFO_DESCRIPTION = 2;
  public static final int INFO_BLOCK_SIZE = 3;

  /// Transmission flags: what an export can do.
  public static final int HAS_FLAGS = 1;

  public static final int READ_ONLY = 1 << 1;
  public static final int SEND_FLUSH = 1 << 2;
  public static final int SEND_FUA = 1 << 3;
  public static final int SEND_TRIM = 1 << 5;
  public static final int SEND_WRITE_ZEROES = 1 << 6;
  public static final int SEND_DF = 1 << 7;
  public static final int CAN_MULTI_CONN = 1 << 8;
  public static final int SEND_FAST_ZERO = 1 << 11;
  public static final int BLOCK_STATUS_PAYLOAD = 1 << 12;

  /// Commands.
  public static final int COMMAND_READ = 0;

  public static final int COMMAND_WRITE = 1;
  public static final int COMMAND_DISC = 2;
  public static final int COMMAND_FLUSH = 3;
  public static final int COMMAND_TRIM = 4;
  public static final int COMMAND_WRITE_ZEROES = 6;
  public static final int COMMAND_BLOCK_STATUS = 7;

  /// Command flags.
  public static final int FUA = 1;

  public static final int NO_HOLE = 1 << 1;
  public static final int DONT_FRAGMENT = 1 << 2;
  public static final int REQUEST_ONE = 1 << 3;
  public static final int FAST_ZERO = 1 << 4;

  /// The length is that of a payload; in extended requests only.
  public static final int PAYLOAD_LENGTH = 1 << 5;

  public static final int CHUNK_DONE = 1;
  public static final int CHUNK_NONE = 0;
  public static final int CHUNK_OFFSET_DATA = 1;
  public static final int CHUNK_OFFSET_HOLE = 2;
  public static final int CHUNK_BLOCK_STATUS = 5;
  public static final int CHUNK_BLOCK_STATUS_EXTENDED = 6;

  /// What chunks that tell of an error have in common.
  public static final int CHUNK_IS_ERROR = 1 << 15;

  public static final int CHUNK_ERROR = CHUNK_IS_ERROR + 1;
  public static final int CHUNK_ERROR_OFFSET = CHUNK_IS_ERROR + 2;

  /// States of base:allocation.
  public static final int STATE_HOLE = 1;

  public static final int STATE_ZERO = 2;

  /// The state of a dirty bitmap.
  public static final int STATE_DIRTY = 1;

  public static final int OPTION_HEADER_BYTES = 16;
  public static final int REQUEST_BYTES = 28;
  public static final int SIMPLE_REPLY_BYTES = 16;
  public static final int CHUNK_HEADER_BYTES = 20;
  public static final int EXTENDED_REQUEST_BYTES = 32;
  public static final int EXTENDED_CHUNK_HEADER_BYTES = 32;

  /// Names, descriptions, queries and messages are at most so long.
  public static final int STRING_BYTES = 4096;

  private Wire() {}
}
