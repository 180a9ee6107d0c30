namespace ExactCompression.Witnesses;

/// <summary>
/// The points of a pool in the order in which a search evaluates them. A network of convolutions has a corner for each of many thousand
/// neurons, and the first of them settle most: behind those, corners whose targets are all settled are passed over.
/// </summary>
/// <param name="pool">The points.</param>
/// <param name="isOpen">Whether a target is open.</param>
internal sealed class SampleSequence(SamplePool pool, Func<SignTarget, bool> isOpen)
{
    /// <summary>Batches of corners that are evaluated whether their targets are open or not.</summary>
    private const int WholeBatches = 2;

    private readonly List<int> chosen = [];
    private int considered;

    /// <summary>Adds the next batch, unless it is there already.</summary>
    /// <param name="start">How many points come before it.</param>
    /// <param name="most">Size of a batch at most.</param>
    /// <param name="end">The point of the pool to stop before.</param>
    /// <returns>Points in the batch; 0 where there are no more.</returns>
    public int Extend(int start, int most, int end)
    {
        while (chosen.Count < start + most && considered < end)
        {
            if (considered >= pool.Corners || chosen.Count < WholeBatches * most || pool.IsOpen(considered, isOpen))
                chosen.Add(considered);
            considered++;
        }

        return Math.Min(most, chosen.Count - start);
    }

    /// <summary>Copies points of the sequence.</summary>
    /// <param name="first">0-based first point.</param>
    /// <param name="count">How many.</param>
    /// <param name="points">Row-major <paramref name="count"/> x inputs.</param>
    public void Copy(int first, int count, Span<float> points)
    {
        int inputs = pool.Inputs;
        for (int p = 0; p < count; p++)
            pool.Copy(chosen[first + p], points.Slice(p * inputs, inputs));
    }
}
