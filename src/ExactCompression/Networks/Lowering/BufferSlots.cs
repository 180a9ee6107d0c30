namespace ExactCompression.Networks;

/// <summary>Numbers buffers for values: two values share one where the first is released before the second is taken.</summary>
internal sealed class BufferSlots
{
    private readonly List<int> sizes = [];
    private readonly List<int> free = [];

    /// <summary>A buffer for a value.</summary>
    /// <param name="size">Elements of the value.</param>
    /// <returns>The buffer's number: the one of those that are free whose largest value so far is nearest in size.</returns>
    public int Take(int size)
    {
        if (free.Count == 0)
        {
            sizes.Add(size);
            return sizes.Count - 1;
        }

        int slot = free.MinBy(s => Math.Abs(sizes[s] - size));
        free.Remove(slot);
        sizes[slot] = Math.Max(sizes[slot], size);
        return slot;
    }

    /// <summary>Frees a buffer.</summary>
    /// <param name="slot">Its number.</param>
    public void Release(int slot) => free.Add(slot);
}
