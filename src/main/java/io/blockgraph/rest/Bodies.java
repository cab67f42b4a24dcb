package io.blockgraph.rest;

import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import java.util.List;
import java.util.Optional;

/// The request bodies that are not nodes: the source of their validation and of their schemas in
/// the API document.
final class Bodies {
  static final long MOST_BYTES = (1L << 56) - 1;
  private static final int NAME = 64;
  private static final int PATH = 4095;

  private Bodies() {}

  static final OptionSpec RESIZE =
      new OptionSpec(
          List.of(
              required("size", size(), "The length wanted, in bytes."),
              optional(
                  "allowShrink",
                  new OptionSpec.Type.Flag(false),
                  "Whether data at the end may go.")));

  static final OptionSpec SNAPSHOT =
      new OptionSpec(
          List.of(
              optional("overlayNode", name(), "A node that is there and becomes the overlay."),
              optional("overlayFile", path(), "A file that is made for the overlay."),
              optional("overlayName", name(), "The name of the node over the new file."),
              optional(
                  "format",
                  new OptionSpec.Type.Choice(List.of("qcow2"), "qcow2"),
                  "The format of the new file."),
              optional(
                  "allowSizeChange",
                  new OptionSpec.Type.Flag(false),
                  "Whether the overlay may be shorter or longer than the node."),
              optional(
                  "acceptContentChange",
                  new OptionSpec.Type.Flag(false),
                  "Whether the overlay may hold data of its own."),
              optional(
                  "persistBackingLinks",
                  new OptionSpec.Type.Flag(false),
                  "Whether the images above the node name the overlay as their backing file from"
                      + " now on, and the overlay the node, for programs that open them without"
                      + " the service.")));

  static final OptionSpec ACTIVE =
      new OptionSpec(
          List.of(
              required(
                  "active", new OptionSpec.Type.Flag(true), "Whether the node shall be active."),
              optional(
                  "acceptFailingRequests",
                  new OptionSpec.Type.Flag(false),
                  "Whether those who use the node may see their requests fail while it is"
                      + " inactive.")));

  static final OptionSpec INTERNAL_SNAPSHOT =
      new OptionSpec(
          List.of(
              required(
                  "name",
                  new OptionSpec.Type.Text(255),
                  "What it shall be called in the image; at most 255 bytes of UTF-8.")));

  static final OptionSpec RANGE =
      new OptionSpec(
          List.of(
              required("offset", size(), "The first byte."),
              required("length", size(), "How many bytes.")));

  static final OptionSpec ZERO =
      new OptionSpec(
          List.of(
              required("offset", size(), "The first byte."),
              required("length", size(), "How many bytes."),
              optional(
                  "mayUnmap",
                  new OptionSpec.Type.Flag(true),
                  "Whether the range may become a hole; else it keeps its storage.")));

  static final OptionSpec IMAGE =
      new OptionSpec(
          List.of(
              required("filename", path(), "The file to make, beneath an image root."),
              required("driver", new OptionSpec.Type.Text(NAME), "The format of the image.")));

  static final OptionSpec CREATE_JOB =
      new OptionSpec(
          List.of(
              required("jobId", name(), "The id of the job, in one namespace with the nodes."),
              required("driver", new OptionSpec.Type.Text(NAME), "The format of the image."),
              optional("filename", path(), "The file to make, beneath an image root."),
              optional(
                  "node",
                  name(),
                  "The node over whose bytes the image is made, in the place of filename; what it"
                      + " holds is lost.")));

  static final OptionSpec CHILD =
      new OptionSpec(
          List.of(
              required("node", name(), "The node that becomes a child."),
              optional(
                  "allowDuplicate",
                  new OptionSpec.Type.Flag(false),
                  "Whether it may be a child already; it then votes twice.")));

  static final List<String> POLICIES = List.of("report", "ignore", "enospc", "stop");

  static final OptionSpec TARGET_FILE =
      new OptionSpec(
          List.of(
              required("filename", path(), "The file, beneath an image root."),
              required("nodeName", name(), "The name of the node over it."),
              optional(
                  "format",
                  new OptionSpec.Type.Choice(List.of("qcow2", "raw"), "qcow2"),
                  "The format of the image."),
              optional(
                  "mode",
                  new OptionSpec.Type.Choice(
                      List.of("absolute-paths", "existing"), "absolute-paths"),
                  "absolute-paths makes the file, which names what will back it; existing takes one"
                      + " that is there."),
              optional(
                  "clusterSize",
                  new OptionSpec.Type.Size(0, 2 << 20, Optional.of(0L)),
                  "Bytes of a cluster of a new image, a power of two; 0 lets its format choose.")));

  static final OptionSpec MIRROR =
      new OptionSpec(
          List.of(
              required("jobId", name(), "The id of the job, in one namespace with the nodes."),
              required("source", name(), "The node that is copied."),
              optional(
                  "target",
                  name(),
                  "The node that becomes the copy, where it is there; else give targetFile."),
              optional(
                  "targetFile",
                  new OptionSpec.Type.Structure(TARGET_FILE),
                  "An image that becomes the copy and comes into the graph with the job. In the end"
                      + " it is backed by nothing for sync full, by what backs the source for top,"
                      + " by the source for none."),
              required(
                  "sync",
                  new OptionSpec.Type.Choice(List.of("full", "top", "none"), "full"),
                  "What of the source is copied."),
              optional(
                  "replaces", name(), "The node the copy takes the place of; else the source."),
              optional(
                  "otherParents",
                  new OptionSpec.Type.Choice(List.of("permissions", "none-allowed"), "permissions"),
                  "When a quorum's child may be replaced though others use it."),
              optional(
                  "acceptPartialData",
                  new OptionSpec.Type.Flag(false),
                  "Whether a node may be replaced by a copy that does not hold everything."),
              optional(
                  "copyMode",
                  new OptionSpec.Type.Choice(List.of("background", "write-blocking"), "background"),
                  "When clients' writes reach the target."),
              optional(
                  "granularity",
                  new OptionSpec.Type.Size(0, 64L << 20, Optional.of(0L)),
                  "How finely writes are remembered; a power of two from 512 to 64 MiB, 0 lets the"
                      + " job choose."),
              optional(
                  "bufSize",
                  new OptionSpec.Type.Size(0, 1L << 32, Optional.of(0L)),
                  "How much memory copying may use; 0 stands for 16 MiB."),
              optional("speed", speed(), "Bytes per second; 0 for no limit."),
              optional(
                  "unmap",
                  new OptionSpec.Type.Flag(true),
                  "Whether zeroes may become holes of the target."),
              optional(
                  "targetIsZero",
                  new OptionSpec.Type.Flag(false),
                  "Whether the target is known to read as zeroes."),
              optional(
                  "verify",
                  new OptionSpec.Type.Flag(false),
                  "Whether both disks are compared before the copy is used."),
              optional(
                  "onSourceError",
                  new OptionSpec.Type.Choice(POLICIES, "report"),
                  "What happens when reading fails."),
              optional(
                  "onTargetError",
                  new OptionSpec.Type.Choice(POLICIES, "report"),
                  "What happens when writing fails."),
              optional(
                  "filterNodeName",
                  name(),
                  "The name of the filter the job puts above its source."),
              optional(
                  "autoFinalize",
                  new OptionSpec.Type.Flag(true),
                  "Whether the result becomes visible without being asked for."),
              optional(
                  "autoDismiss",
                  new OptionSpec.Type.Flag(false),
                  "Whether the job is forgotten as soon as it is over.")));

  static final OptionSpec JOB_CHANGE =
      new OptionSpec(
          List.of(
              optional("speed", speed(), "Bytes per second; 0 for no limit."),
              optional(
                  "copyMode",
                  new OptionSpec.Type.Choice(List.of("background", "write-blocking"), "background"),
                  "When clients' writes reach the target.")));

  static final OptionSpec CANCEL =
      new OptionSpec(
          List.of(
              optional(
                  "mode",
                  new OptionSpec.Type.Choice(List.of("soft", "force"), "force"),
                  "soft keeps the copy of a job that is ready; force ends at once.")));

  static final OptionSpec CHECKPOINT =
      new OptionSpec(
          List.of(
              optional(
                  "acceptLostWrites",
                  new OptionSpec.Type.Flag(false),
                  "Whether it is known that the secondary may lack a write of the primary.")));

  static final OptionSpec CHILD_REPLACEMENT =
      new OptionSpec(List.of(required("node", name(), "The node that the child leads to then.")));

  static final OptionSpec BACKING_FILE =
      new OptionSpec(
          List.of(
              required(
                  "backingFile",
                  new OptionSpec.Type.Text(1023),
                  "What is written into the image, as it stands; nothing is looked for."),
              required(
                  "format", new OptionSpec.Type.Text(NAME), "The format of it, as in qcow2.")));

  static final OptionSpec WRITE_THRESHOLD =
      new OptionSpec(
          List.of(
              required(
                  "bytes",
                  new OptionSpec.Type.Size(1, MOST_BYTES, Optional.empty()),
                  "The next write that ends beyond it is told of.")));

  static final OptionSpec EXPORT =
      new OptionSpec(
          List.of(
              required("id", name(), "The id of the export, in one namespace with the nodes."),
              required("type", new OptionSpec.Type.Choice(List.of("nbd"), "nbd"), "The protocol."),
              required("nodeName", name(), "The node to serve."),
              optional("writable", new OptionSpec.Type.Flag(false), "Whether clients may write."),
              optional(
                  "name", new OptionSpec.Type.Text(1024), "The name clients ask for; else the id."),
              optional("description", new OptionSpec.Type.Text(1024), "A text for people."),
              optional(
                  "maxConnections",
                  new OptionSpec.Type.Int(1, 100, Optional.of(100L)),
                  "How many clients may use it at once."),
              optional(
                  "allowResize",
                  new OptionSpec.Type.Flag(false),
                  "Whether the node may be resized while clients use it; those connected are not"
                      + " told."),
              optional(
                  "bitmaps",
                  new OptionSpec.Type.Objects(
                      new OptionSpec(
                          List.of(
                              required(
                                  "name",
                                  new OptionSpec.Type.Text(1023),
                                  "The name of a bitmap of the node, or of one below it.")))),
                  "Dirty bitmaps that clients can ask for, as qemu:dirty-bitmap:NAME."),
              optional(
                  "allocationDepth",
                  new OptionSpec.Type.Flag(false),
                  "Whether clients can ask which layer of the chain holds what, as"
                      + " qemu:allocation-depth.")));

  static OptionSpec.Type speed() {
    return new OptionSpec.Type.Size(0, 1L << 50, Optional.of(0L));
  }

  static Field required(String name, OptionSpec.Type type, String doc) {
    return new Field(name, type, Need.REQUIRED, doc);
  }

  static Field optional(String name, OptionSpec.Type type, String doc) {
    return new Field(name, type, Need.OPTIONAL, doc);
  }

  static OptionSpec.Type name() {
    return new OptionSpec.Type.Text(NAME);
  }

  static OptionSpec.Type path() {
    return new OptionSpec.Type.Text(PATH);
  }

  static OptionSpec.Type size() {
    return new OptionSpec.Type.Size(0, MOST_BYTES, Optional.empty());
  }
}
