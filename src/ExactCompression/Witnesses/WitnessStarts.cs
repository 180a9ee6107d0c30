namespace ExactCompression.Witnesses;

/// <summary>The points with the largest values seen so far, for one sign of one neuron: an attack starts from them.</summary>
internal sealed class WitnessStarts
{
    /// <summary>How many points are kept for a sign.</summary>
    public const int Most = 64;

    private readonly PriorityQueue<int, float> best = new(Most + 1);

    /// <summary>What a value must exceed to be kept.</summary>
    public float Least => best.Count == Most && best.TryPeek(out _, out float worst) ? worst : float.NegativeInfinity;

    /// <summary>Keeps a point if it is one of the best; a NaN never is.</summary>
    /// <param name="point">Its number.</param>
    /// <param name="value">Its value.</param>
    public void Add(int point, float value)
    {
        if (float.IsNaN(value))
            return;
        if (best.Count < Most)
            best.Enqueue(point, value);
        else if (value > Least)
            best.EnqueueDequeue(point, value);
    }

    /// <summary>The points, best first.</summary>
    public int[] ToArray()
    {
        var points = new int[best.Count];
        var left = new PriorityQueue<int, float>(best.UnorderedItems);
        for (int at = points.Length - 1; left.TryDequeue(out int point, out _); at--)
            points[at] = point;
        return points;
    }
}
