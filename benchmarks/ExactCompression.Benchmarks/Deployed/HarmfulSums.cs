namespace ExactCompression.Benchmarks;

/// <summary>Orders of summation that are random, or chosen so that roundings add up.</summary>
/// <remarks>
/// A sum is a multiple of its unit in the last place, so what is rounded away when a term is added to it depends on the term alone, not on
/// when it is added. Orders do their harm by keeping the sum large, where units are coarse, and by adding up terms in pairs first, whose
/// last bits together round the right way.
/// </remarks>
/// <param name="directions">For each layer, the sign of the error that each element should have; null for random orders.</param>
/// <param name="fused">Whether products are not rounded.</param>
/// <param name="random">Source of orders.</param>
internal sealed class HarmfulSums(double[][]? directions, bool fused, Random random)
{
    /// <summary>Terms among which the next one or two are chosen.</summary>
    private const int Candidates = 24;

    private readonly List<(float Weight, float Value)> pool = [];

    /// <summary>Adds up products.</summary>
    public float Sum(Span<(float Weight, float Value)> terms, int layer, int element)
    {
        random.Shuffle(terms);
        double direction = directions?[layer][element] ?? 0;
        return direction == 0 ? InOrder(terms) : Harmful(terms, Math.Sign(direction));
    }

    private float InOrder(ReadOnlySpan<(float Weight, float Value)> terms)
    {
        float sum = 0;
        foreach ((float Weight, float Value) term in terms)
            sum = Add(sum, term);
        return sum;
    }

    private float Harmful(Span<(float Weight, float Value)> terms, int direction)
    {
        // First those that make the sum large, the largest first, and last the largest of those that make it small again.
        double whole = 0;
        foreach ((float weight, float value) in terms)
            whole += (double)weight * value;
        int side = whole < 0 ? -1 : 1;
        terms.Sort((a, b) => (side * Product(b)).CompareTo(side * Product(a)));
        float sum = 0;
        int next = 0;
        pool.Clear();
        while (next < terms.Length || pool.Count > 0)
        {
            while (pool.Count < Candidates && next < terms.Length)
                pool.Add(terms[next++]);
            (int first, int second) = Choice(sum, direction);
            sum = Added(sum, first, second);
            pool.RemoveAt(Math.Max(first, second));
            if (second >= 0)
                pool.RemoveAt(Math.Min(first, second));
        }

        return sum;
    }

    /// <summary>A term, or two that are added up first: those with the largest error in the direction for each of them.</summary>
    private (int First, int Second) Choice(float sum, int direction)
    {
        (int First, int Second) best = (0, -1);
        double most = double.NegativeInfinity;
        for (int i = 0; i < pool.Count; i++)
        {
            for (int j = -1; j < i; j++)
            {
                double exact = sum + Product(pool[i]) + (j < 0 ? 0 : Product(pool[j]));
                double gain = (Added(sum, i, j) - exact) * direction / (j < 0 ? 1 : 2);
                if (gain > most)
                    (most, best) = (gain, (i, j));
            }
        }

        return best;
    }

    private float Added(float sum, int first, int second) =>
        second < 0 ? Add(sum, pool[first]) : sum + Add(pool[first].Weight * pool[first].Value, pool[second]);

    private float Add(float sum, (float Weight, float Value) term) =>
        fused ? MathF.FusedMultiplyAdd(term.Weight, term.Value, sum) : sum + (term.Weight * term.Value);

    private static double Product((float Weight, float Value) term) => (double)term.Weight * term.Value;
}
