# Read by the scripts beside it: compiles unless BUILD=no; says where the JDK and the class path are.
home=$(cd "$(dirname "$0")" && pwd)
if [ "${BUILD:-yes}" = yes ] || [ ! -f "$home/target/classpath.txt" ]; then
  (cd "$home/.." && mvn -q -B -pl bench,broker-image,namesrv-image -am package -Dmaven.test.skip=true -Dspotless.check.skip >&2)
fi
java=java
for jdk in "${JAVA_HOME:-/none}" /usr/lib/jvm/*; do
  if [ -x "$jdk/bin/java" ] && grep -qs 'JAVA_VERSION="2[5-9]' "$jdk/release"; then java=$jdk/bin/java; break; fi
done
class_path=$home/target/classes:$(cat "$home/target/classpath.txt")
commit=$(git -C "$home" rev-parse --short HEAD 2>/dev/null || echo unknown)
