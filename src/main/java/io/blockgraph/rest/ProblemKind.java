package io.blockgraph.rest;

import java.util.Locale;
import org.springframework.http.HttpStatus;

/// The kinds of problems there are. The constant is the `code`, and in kebab-case the end of the
/// `type`; both are stable.
enum ProblemKind {
  INVALID_REQUEST(
      HttpStatus.BAD_REQUEST,
      "The request is not as it must be",
      "mend what errors points to; /v3/api-docs has the schema"),
  UNREADABLE_REQUEST(HttpStatus.BAD_REQUEST, "The body is no JSON", "send one JSON value in UTF-8"),
  INVALID_PARAMETER(
      HttpStatus.BAD_REQUEST,
      "A parameter is not as it must be",
      "mend what errors names; /v3/api-docs says what is allowed"),
  INVALID_SIZE(HttpStatus.BAD_REQUEST, "The size is impossible", "take a size the format can have"),
  FORBIDDEN_PATH(
      HttpStatus.FORBIDDEN,
      "The settings of the service do not cover that place",
      "name a file beneath one of the image roots, without links that lead out, or a server that"
          + " the settings name"),
  FORBIDDEN_ORIGIN(
      HttpStatus.FORBIDDEN,
      "The page belongs to somebody else",
      "use the pages of this service, or a program that is no browser"),
  NOT_FOUND(HttpStatus.NOT_FOUND, "There is nothing here", "look the path up at /swagger-ui.html"),
  NODE_NOT_FOUND(HttpStatus.NOT_FOUND, "No such node", "GET /api/v1/nodes lists the nodes"),
  EDGE_NOT_FOUND(HttpStatus.NOT_FOUND, "No such edge", "GET /api/v1/edges lists the edges"),
  USER_NOT_FOUND(
      HttpStatus.NOT_FOUND, "No such user of the graph", "GET /api/v1/graph lists the users"),
  JOB_NOT_FOUND(HttpStatus.NOT_FOUND, "No such job", "GET /api/v1/jobs lists the jobs"),
  FILTER_NOT_FOUND(
      HttpStatus.NOT_FOUND,
      "No such filter above the node",
      "GET /api/v1/nodes/{node} lists the parents of the node"),
  CHILD_NOT_FOUND(
      HttpStatus.NOT_FOUND, "No such child", "GET /api/v1/nodes/{node} lists the children"),
  BITMAP_NOT_FOUND(
      HttpStatus.NOT_FOUND, "No such bitmap", "GET /api/v1/nodes/{node}/bitmaps lists the bitmaps"),
  REVISION_NOT_FOUND(
      HttpStatus.NOT_FOUND,
      "No such revision",
      "GET /api/v1/graph/revisions lists the revisions that are remembered"),
  SNAPSHOT_NOT_FOUND(
      HttpStatus.NOT_FOUND,
      "No such internal snapshot",
      "GET /api/v1/nodes/{node}/internal-snapshots lists them"),
  EXPORT_NOT_FOUND(HttpStatus.NOT_FOUND, "No such export", "GET /api/v1/exports lists the exports"),
  THROTTLE_GROUP_NOT_FOUND(
      HttpStatus.NOT_FOUND,
      "No such throttle group",
      "GET /api/v1/throttle-groups lists the groups"),
  SECRET_NOT_FOUND(HttpStatus.NOT_FOUND, "No such secret", "GET /api/v1/secrets lists the names"),
  IMAGE_NOT_FOUND(
      HttpStatus.NOT_FOUND,
      "No such image file",
      "check the name; the file has to be beneath an image root"),
  METHOD_NOT_ALLOWED(
      HttpStatus.METHOD_NOT_ALLOWED,
      "The method does not fit the resource",
      "use a method that the Allow header names"),
  NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "No representation fits", "accept application/json"),
  PERMISSION_CONFLICT(
      HttpStatus.CONFLICT, "Two users of a node do not get along", "let one of the two edges go"),
  NODE_BUSY(HttpStatus.CONFLICT, "A job owns the node", "wait for the job to end, or cancel it"),
  NODE_INACTIVE(
      HttpStatus.CONFLICT,
      "The node is inactive",
      "PUT /api/v1/nodes/{node}/active with active=true takes it back"),
  IDEMPOTENCY_KEY_IN_USE(
      HttpStatus.CONFLICT,
      "The first request with this key is not answered yet",
      "ask again in a second"),
  IDEMPOTENCY_OUTCOME_UNKNOWN(
      HttpStatus.CONFLICT,
      "Nobody knows what became of the first request with this key",
      "look whether it was done (GET /api/v1/graph), and ask again with another key if not"),
  IDEMPOTENCY_KEY_REUSED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The key belongs to another request",
      "take a new key for each request; ask again with the same only what is the same"),
  NODE_IN_USE(HttpStatus.CONFLICT, "The node has users", "let go of the edges that lead to it"),
  NODE_NAME_IN_USE(HttpStatus.CONFLICT, "The name is taken", "choose another name"),
  READ_ONLY(
      HttpStatus.CONFLICT,
      "The node is read-only",
      "make the node writable, or ask for reading only"),
  BITMAP_NAME_IN_USE(
      HttpStatus.CONFLICT, "The node has a bitmap of this name", "choose another name"),
  BITMAP_BUSY(
      HttpStatus.CONFLICT,
      "The bitmap is in use",
      "wait until the job or export that has it is over, or end it"),
  BITMAP_INCONSISTENT(
      HttpStatus.CONFLICT,
      "The bitmap does not know of every write",
      "remove it, and make a full backup with a new one"),
  SNAPSHOT_NAME_IN_USE(
      HttpStatus.CONFLICT,
      "An internal snapshot of this name is there",
      "delete it, or choose another name"),
  SNAPSHOT_SHOWN(
      HttpStatus.CONFLICT, "A node shows the internal snapshot", "remove that node first"),
  EXPORT_IN_USE(
      HttpStatus.CONFLICT,
      "The export has clients",
      "wait until they have gone, or say mode=hard to send them away"),
  OVERLAY_IN_USE(
      HttpStatus.CONFLICT, "The overlay is read already", "take an overlay that nobody uses"),
  OVERLAY_HAS_BACKING(
      HttpStatus.CONFLICT,
      "The overlay has a backing disk",
      "take an overlay without a backing disk"),
  DUPLICATE_CHILD(HttpStatus.CONFLICT, "The node is a child already", "add another node"),
  THROTTLE_GROUP_IN_USE(
      HttpStatus.CONFLICT,
      "The throttle group has members",
      "let its members go: give them another group or limits of their own"),
  THRESHOLD_NOT_MET(
      HttpStatus.CONFLICT,
      "Too few children would be left",
      "add another child first, or lower voteThreshold"),
  JOB_EDGE_FIXED(
      HttpStatus.CONFLICT,
      "A job needs the edge as it is",
      "choose another edge, or wait for the job to end"),
  EDGE_FROZEN(
      HttpStatus.CONFLICT, "A job has frozen the edge", "wait for the job to end, or cancel it"),
  WOULD_CYCLE(
      HttpStatus.CONFLICT,
      "The graph would have a loop",
      "choose nodes that do not stand on each other"),
  REPLACE_NOT_COVERED(
      HttpStatus.CONFLICT,
      "The node shows no data of the source",
      "GET /api/v1/graph/replaceable lists what can be replaced"),
  REPLACE_WOULD_CHANGE_DATA(
      HttpStatus.CONFLICT,
      "Somebody would see other data",
      "let the others let go of the node first"),
  REPLACE_WOULD_LOOP(
      HttpStatus.CONFLICT,
      "The replacement would not do what was asked",
      "choose a target that does not stand on what it replaces"),
  SELF_MIRROR(
      HttpStatus.CONFLICT,
      "A node cannot be mirrored into itself",
      "choose a target that does not show the source's disk"),
  NOT_IN_CHAIN(
      HttpStatus.CONFLICT,
      "The node is not in the backing chain",
      "GET /api/v1/graph shows the chain; name a node below the first one"),
  JOB_VERB_NOT_ALLOWED(
      HttpStatus.CONFLICT,
      "The job's state does not allow it",
      "GET /api/v1/jobs/{job} lists the verbs it takes now"),
  REPLICATION_VERB_NOT_ALLOWED(
      HttpStatus.CONFLICT,
      "The replication's stage does not allow it",
      "GET /api/v1/nodes/{node}/replication lists the verbs it takes now"),
  SECRET_ID_IN_USE(
      HttpStatus.CONFLICT, "The name is taken", "choose another name, or remove the secret first"),
  JOB_ID_IN_USE(
      HttpStatus.CONFLICT, "A job of this id is there", "dismiss the job, or choose another id"),
  JOB_FAILED(
      HttpStatus.CONFLICT,
      "The job ended without its result",
      "mend what detail tells, and start the job again"),
  IMAGE_LOCKED(
      HttpStatus.CONFLICT,
      "Another process holds the image",
      "stop the process that holds the image, or open it read-only in both"),
  IMAGE_EXISTS(HttpStatus.CONFLICT, "The file is there already", "choose another file name"),
  IMAGE_CORRUPT(
      HttpStatus.CONFLICT,
      "The image contradicts itself",
      "open it read-only to save what can be read; qemu-img check -r repairs a copy"),
  REVISION_MISMATCH(
      HttpStatus.PRECONDITION_FAILED,
      "The graph has changed",
      "read the graph again and decide anew"),
  BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is too large", "send less at once"),
  UNSUPPORTED_MEDIA_TYPE(
      HttpStatus.UNSUPPORTED_MEDIA_TYPE,
      "The body has the wrong media type",
      "send application/json, or application/octet-stream for data"),
  RANGE_NOT_SATISFIABLE(
      HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
      "The range is outside of the disk",
      "stay within the node's sizeBytes"),
  MISDIRECTED(
      HttpStatus.MISDIRECTED_REQUEST,
      "The host name is not one of this service",
      "use localhost, 127.0.0.1 or [::1]"),
  BAD_SHAPE(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "A node of this shape cannot be",
      "give the node the children that its driver's page describes"),
  UNKNOWN_DRIVER(
      HttpStatus.BAD_REQUEST, "No such driver", "use a driver of the list in the API document"),
  TOO_DEEP(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The chain is too long",
      "commit or stream a part of the chain, or raise the depth limit"),
  OVERLAY_IS_FILTER(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "A filter cannot be an overlay",
      "use an empty qcow2 node as the overlay"),
  BACKING_UNSUPPORTED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The driver has no backing disks",
      "use an empty qcow2 node as the overlay"),
  OVERLAY_SHARES_STORAGE(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "A node would back itself",
      "use an empty qcow2 node with a file of its own as the overlay"),
  NOT_A_REPLICATION(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The node replicates nothing",
      "add a node of driver replication above it"),
  REPLICATION_SHAPE(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The disks are not built as a secondary",
      "build the disks as the page of the driver shows"),
  REPLICATION_DISK_NOT_EMPTY(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "A disk of the secondary holds data",
      "use new images for the active and the hidden disk"),
  OVERLAY_NOT_EMPTY(
      HttpStatus.UNPROCESSABLE_CONTENT, "The overlay holds data", "take an empty overlay"),
  SIZE_MISMATCH(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The lengths differ",
      "resize one of the two, or take another"),
  SHRINK_NOT_ALLOWED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "Data at the end would go",
      "say allowShrink=true when the data at the end may go"),
  RESIZE_UNSUPPORTED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The length cannot be changed",
      "copy the data to a longer node with a mirror job"),
  BITMAP_UNSUPPORTED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The node cannot have this bitmap",
      "take a node that can, as detail tells"),
  BITMAP_TOO_LARGE(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The bitmap would take too much memory",
      "take a coarser granularity, or remove bitmaps that are not needed"),
  OPTION_FIXED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The option cannot change while the node is open",
      "remove the node and add it again with the other option"),
  CHILD_HOLDS_OTHER_DATA(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The new child holds other data",
      "use a mirror job with replaces to move the data"),
  CHILDREN_FIXED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The node takes no other children",
      "add another node over the children wanted"),
  NOT_A_FILTER(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The node is no filter",
      "use throttle, copy-on-read or blkdebug"),
  NO_IMAGE_FORMAT(HttpStatus.UNPROCESSABLE_CONTENT, "The driver has no images", "use qcow2 or raw"),
  IMAGE_FORMAT_ERROR(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The image is malformed or not supported",
      "check the driver; qemu-img info tells the format of a file"),
  OPERATION_UNSUPPORTED(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "The disk cannot do this",
      "ask a node below or above it that can"),
  CONSENT_MISSING(
      HttpStatus.UNPROCESSABLE_CONTENT,
      "Data would be lost",
      "say what errors points to when that is meant"),
  TOO_MANY_JOBS(
      HttpStatus.TOO_MANY_REQUESTS,
      "As many jobs as may be are under way",
      "wait for a job to end"),
  IO_ERROR(
      HttpStatus.INTERNAL_SERVER_ERROR,
      "The storage failed",
      "look at the storage and the log; GET /actuator/health tells which node"),
  INTERNAL(
      HttpStatus.INTERNAL_SERVER_ERROR,
      "The service made a mistake",
      "keep the log, and report the mistake"),
  DRAIN_TIMEOUT(
      HttpStatus.SERVICE_UNAVAILABLE,
      "Requests under way did not end in time",
      "try again when the storage answers faster"),
  SHUTTING_DOWN(
      HttpStatus.SERVICE_UNAVAILABLE, "The service is ending", "ask again when the service is up"),
  BUSY(HttpStatus.SERVICE_UNAVAILABLE, "Another change takes too long", "ask again soon"),
  NO_SPACE(HttpStatus.INSUFFICIENT_STORAGE, "No space left", "free space, then ask again"),
  STATE_NOT_REMEMBERED(
      HttpStatus.INSUFFICIENT_STORAGE,
      "The state store cannot take the change",
      "free space on the data directory, then ask again");

  private final HttpStatus status;
  private final String title;
  private final String nextStep;

  ProblemKind(HttpStatus status, String title, String nextStep) {
    this.status = status;
    this.title = title;
    this.nextStep = nextStep;
  }

  HttpStatus status() {
    return status;
  }

  String title() {
    return title;
  }

  /// What to do about it where nothing better is known of the case.
  String nextStep() {
    return nextStep;
  }

  String type() {
    return "/problems/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
