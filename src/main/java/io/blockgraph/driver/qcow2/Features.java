package io.blockgraph.driver.qcow2;

/// The three sets of feature bits of a version 3 header; all empty in version 2.
///
/// @param incompatible an unknown bit here forbids opening
/// @param compatible an unknown bit here is kept and otherwise ignored
/// @param autoclear an unknown bit here is cleared by the first write
record Features(long incompatible, long compatible, long autoclear) {
  static final Features NONE = new Features(0, 0, 0);

  static final long DIRTY = 1;
  static final long CORRUPT = 1 << 1;
  static final long DATA_FILE = 1 << 2;
  static final long COMPRESSION = 1 << 3;
  static final long EXTENDED_L2 = 1 << 4;
  static final long KNOWN_INCOMPATIBLE = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED_L2;

  static final long LAZY_REFCOUNTS = 1;

  static final long BITMAPS = 1;
  static final long RAW_DATA_FILE = 1 << 1;
  static final long KNOWN_AUTOCLEAR = BITMAPS | RAW_DATA_FILE;

  boolean dirty() {
    return (incompatible & DIRTY) != 0;
  }

  boolean corrupt() {
    return (incompatible & CORRUPT) != 0;
  }

  boolean dataFile() {
    return (incompatible & DATA_FILE) != 0;
  }

  boolean extendedL2() {
    return (incompatible & EXTENDED_L2) != 0;
  }

  boolean lazyRefcounts() {
    return (compatible & LAZY_REFCOUNTS) != 0;
  }

  boolean bitmapsValid() {
    return (autoclear & BITMAPS) != 0;
  }

  boolean rawDataFile() {
    return (autoclear & RAW_DATA_FILE) != 0;
  }

  Features withIncompatible(long bits) {
    return new Features(bits, compatible, autoclear);
  }

  Features withLazyRefcounts(boolean lazy) {
    long others = compatible & ~LAZY_REFCOUNTS;
    return new Features(incompatible, lazy ? others | LAZY_REFCOUNTS : others, autoclear);
  }

  Features withAutoclear(long bits) {
    return new Features(incompatible, compatible, bits);
  }
}
