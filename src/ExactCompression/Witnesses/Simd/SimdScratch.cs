namespace ExactCompression.Witnesses;

/// <summary>The buffers of one thread; they grow to what is asked of them.</summary>
internal sealed class SimdScratch
{
    private float[][] buffers = [];

    /// <summary>The beginning of a buffer; what is there is arbitrary.</summary>
    /// <param name="slot">The buffer's number.</param>
    /// <param name="length">How many elements.</param>
    public Span<float> Of(int slot, int length)
    {
        if (slot >= buffers.Length)
        {
            int before = buffers.Length;
            Array.Resize(ref buffers, slot + 1);
            Array.Fill(buffers, [], before, slot + 1 - before);
        }

        if (buffers[slot].Length < length)
            buffers[slot] = new float[length];
        return buffers[slot].AsSpan(0, length);
    }
}
