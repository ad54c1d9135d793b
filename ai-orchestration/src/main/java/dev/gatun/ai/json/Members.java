package dev.gatun.ai.json;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Members of an object that nobody else holds, so that they need no copy to be immutable. */
final class Members extends AbstractMap<String, Json> {
  private final Map<String, Json> members;

  Members(Map<String, Json> members) {
    this.members = members;
  }

  @Override
  public @Nullable Json get(@Nullable Object name) {
    return members.get(name);
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return members.containsKey(name);
  }

  @Override
  public int size() {
    return members.size();
  }

  @Override
  public Set<Map.Entry<String, Json>> entrySet() {
    return Collections.unmodifiableMap(members).entrySet();
  }
}
