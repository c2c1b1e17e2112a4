/**
 * A startup snapshot of Node with the code cache of fewer of its built-in modules. Node writes that of all of them at its end (2.8 MB of 5.8), and reads it at every start, though what a run
 * needs is in the snapshot's heap. What it reads there is a list: a count, then for each module its name and its bytes, both behind their lengths; numbers have 8 bytes, the lowest
 * first (src/node_snapshotable.cc, `SnapshotData::ToBlob`). Null where the end of `snapshot` does not read as one.
 */
export function trimCodeCache(snapshot, isKept) {
  for (let at = 0; at <= snapshot.length - LENGTH; at++) {
    const modules = readList(snapshot, at);
    if (modules === null) continue;
    const kept = modules.filter(({ name }) => isKept(name)).map(({ bytes }) => bytes);
    const count = Buffer.alloc(LENGTH);
    count.writeBigUInt64LE(BigInt(kept.length));
    return Buffer.concat([snapshot.subarray(0, at), count, ...kept]);
  }
  return null;
}

const LENGTH = 8;
const NAME = /^[a-z_][a-z0-9_/.-]*$/i;

/** The list that begins at `at` and ends with the snapshot. */
function readList(snapshot, at) {
  const count = readLength(snapshot, at);
  if (count === null || count < 50 || count > 2000) return null;
  const modules = [];
  let end = at + LENGTH;
  for (let index = 0; index < count; index++) {
    const begin = end;
    const nameLength = readLength(snapshot, begin);
    if (nameLength === null || nameLength > 200) return null;
    const nameEnd = begin + LENGTH + nameLength;
    const name = snapshot.toString('latin1', begin + LENGTH, nameEnd);
    const length = readLength(snapshot, nameEnd);
    if (!NAME.test(name) || length === null) return null;
    end = nameEnd + LENGTH + length;
    modules.push({ name, bytes: snapshot.subarray(begin, end) });
  }
  return end === snapshot.length ? modules : null;
}

/** Null where there is none, or it is longer than the rest. */
function readLength(snapshot, at) {
  if (at + LENGTH > snapshot.length || snapshot.readUInt32LE(at + 4) !== 0) return null;
  const length = snapshot.readUInt32LE(at);
  return length <= snapshot.length - at ? length : null;
}
