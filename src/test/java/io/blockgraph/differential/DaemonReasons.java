package io.blockgraph.differential;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// What the daemon's sentences mean. The first that fits counts.
final class DaemonReasons {
  private static final Map<Pattern, Reason> MEANINGS = new LinkedHashMap<>();

  static {
    mean(
        Reason.INVALID,
        "^[Bb]itmap name|^Granularity must be|^x-perf|^Sync mode|^must provide",
        "^Can't make bitmap|^Parameter .* does not accept value",
        "^bps/iops/max |^bps_max/iops_max |burst length|^iops size requires",
        "^Property .* not found",
        "^Bitmap sync mode|^Cannot specify bitmap sync|^sync mode 'none' does not");
    mean(Reason.NOT_FOUND, "^Bitmap '.*' could not be found");
    mean(
        Reason.INVALID,
        "^Image size must|^Cluster size must|^(Different r|R)efcount width",
        "^Lazy refcounts only|^Extended L2 entries|^Non-zlib compression type",
        "^Backing (format cannot|file and preallocation)|^Could not assign backing",
        "^data-file-raw requires|^Could not resize (image|file)|^Parameter .* is missing",
        "^Unsupported preallocation mode|^Invalid (password|key)",
        "^Refusing to overwrite active keyslot|^'(new|old)-secret' |keyslot");
    mean(Reason.UNSUPPORTED, "^Compression is not supported for underlying");
    mean(
        Reason.INVALID,
        "^No secret with id|^Parameter 'key-secret' is required",
        "^The requested file size is too large");
    mean(Reason.FORMAT, "^Volume is not in LUKS format");
    mean(
        Reason.UNSUPPORTED,
        "^Driver does not support x-blockdev|doesn't support changing the block");
    mean(Reason.NOT_FOUND, "^Transaction aborted using Abort action");
    mean(Reason.UNSUPPORTED, "^Can't store persistent bitmaps");
    mean(Reason.NAME_IN_USE, "^attempt to add duplicate property");
    mean(Reason.NOT_FOUND, "^Throttle group .* does not exist");
    mean(Reason.IN_USE, "^object .* is in use");
    mean(Reason.NAME_IN_USE, "^Bitmap already exists");
    mean(Reason.BUSY, "^Bitmap '.*' is currently in use");
    mean(Reason.INCONSISTENT, "^Bitmap '.*' is inconsistent");
    mean(Reason.READ_ONLY, "^Bitmap '.*' is readonly");
    mean(Reason.SIZE, "^Bitmaps are of different sizes|^Source and target image have different");
    mean(Reason.ENABLED, "^Enabled bitmap .* incompatible with readonly export");
    mean(Reason.SELF_MIRROR, "^Source and target cannot be the same");
    mean(Reason.PERMISSION, "^(Could not replace node: )?Permission conflict on node");
    mean(Reason.NOT_FOUND, "Failed to find node|Cannot find device=|not found$");
    mean(
        Reason.NAME_IN_USE,
        "^Duplicate nodes with node-name|(ID|id) '.*' (is )?already in use",
        "^New overlay node-name already in use|node name already in use");
    mean(
        Reason.NOT_IN_CHAIN,
        "is not in (this|the) backing (file )?chain",
        "is not a backing image of|is not in a chain starting from|^cannot commit an image into"
            + " itself");
    mean(Reason.NAME_IN_USE, "^Snapshot with name .* already exists");
    mean(Reason.NOT_FOUND, "^Snapshot with id .* does not exist");
    mean(Reason.UNSUPPORTED, "does not support internal snapshots|^Failed to get a snapshot list");
    mean(Reason.BUSY, "^Node .* is busy|^Device .* is in use$");
    mean(Reason.IN_USE, "^Node .* is in use|^Block device .* is in use|not owned by the monitor");
    mean(Reason.CYCLE, "would create a cycle");
    mean(Reason.SELF_MIRROR, "^Can't mirror node into itself|^Cannot mirror to a filter on top of");
    mean(
        Reason.UNSUPPORTED,
        "overlay does not support backing images",
        "does not support reopening files$|^Cannot change the option",
        "^Image format driver does not support resize",
        "^not allowing backing file change on an image without");
    mean(Reason.OVERLAY_HAS_BACKING, "overlay already has a backing image");
    mean(Reason.OVERLAY_IN_USE, "overlay is already in use");
    mean(Reason.OVERLAY_IS_FILTER, "^Filters cannot be used as overlays");
    mean(Reason.INVALID, "^Parameter .* is unexpected|threshold may not exceed");
    mean(Reason.SIZE, "^Could not refresh total sector count");
    mean(
        Reason.INVALID,
        "^The sum of offset|^Sync mode .* not supported",
        "^Parameter .* expects |must be a multiple of 512");
    mean(
        Reason.UNSUPPORTED,
        "is a filter, use a non-filter node",
        "^Cannot resize fixed-size raw disks");
    mean(Reason.LOCKED, "^Failed to get (shared )?\".*\" lock");
    mean(Reason.READ_ONLY, "is read.only$|^Cannot export read-only node|cannot support read-write");
    mean(Reason.NOT_COVERED, "would not lead to an abrupt change of visible data");
    mean(Reason.NOT_A_ROOT, "^Need a root block node");
    mean(Reason.THRESHOLD, "^The number of children cannot be lower than the vote threshold");
    mean(Reason.NOT_FOUND, "does not have child");
    mean(Reason.IN_USE, "already has a parent");
    mean(Reason.UNSUPPORTED, "does not support (adding|removing) a child");
    mean(Reason.VERB, "cannot accept command verb|already paused|not paused|is currently paused");
  }

  private DaemonReasons() {}

  private static void mean(Reason reason, String... patterns) {
    MEANINGS.put(Pattern.compile(String.join("|", patterns)), reason);
  }

  static Reason of(String said) {
    return MEANINGS.entrySet().stream()
        .filter(meaning -> meaning.getKey().matcher(said).find())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(Reason.UNKNOWN);
  }
}
