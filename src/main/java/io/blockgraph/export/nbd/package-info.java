/// The NBD server: lets clients of the Network Block Device protocol use disks.
///
/// [io.blockgraph.export.nbd.NbdServer] owns listeners, exports and connections. A connection is
/// one platform thread that negotiates ([io.blockgraph.export.nbd.Handshake]) and then serves
/// ([io.blockgraph.export.nbd.Transmission]), everything inline. The protocol part knows disks only
/// as [io.blockgraph.block.BlockIo] with its capabilities. Facts of the protocol come from
/// `doc/proto.md` of the NBD project.
@NullMarked
package io.blockgraph.export.nbd;

import org.jspecify.annotations.NullMarked;
