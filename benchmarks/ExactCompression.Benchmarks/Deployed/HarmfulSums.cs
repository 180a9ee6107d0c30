namespace ExactCompression.Benchmarks;

/// <summary>Orders of summation that are random, or chosen so that roundings add up.</summary>
/// <param name="directions">For each layer, the sign of the error that each element should have; null for random orders.</param>
/// <param name="fused">Whether products are not rounded.</param>
/// <param name="random">Source of orders.</param>
internal sealed class HarmfulSums(double[][]? directions, bool fused, Random random)
{
    /// <summary>Terms among which the next one is chosen.</summary>
    private const int Candidates = 32;

    /// <summary>Adds up products.</summary>
    public float Sum(Span<(float Weight, float Value)> terms, int layer, int element)
    {
        random.Shuffle(terms);
        double direction = directions?[layer][element] ?? 0;
        if (direction != 0)
        {
            // First those that make the sum large, where rounding is coarse.
            double whole = 0;
            foreach ((float weight, float value) in terms)
                whole += weight * value;
            int side = Math.Sign(whole);
            terms.Sort((a, b) => Key(b, side).CompareTo(Key(a, side)));
        }

        float sum = 0;
        for (int at = 0; at < terms.Length; at++)
        {
            int best = at;
            double gain = double.NegativeInfinity;
            for (int c = at; c < Math.Min(terms.Length, at + (direction == 0 ? 1 : Candidates)); c++)
            {
                double exact = sum + ((double)terms[c].Weight * terms[c].Value), error = (Add(sum, terms[c]) - exact) * direction;
                if (error > gain)
                    (best, gain) = (c, error);
            }

            sum = Add(sum, terms[best]);
            (terms[at], terms[best]) = (terms[best], terms[at]);
        }

        return sum;
    }

    private static (bool IsLarge, double Size) Key((float Weight, float Value) term, int side) =>
        (side * term.Weight * term.Value > 0, Math.Abs(term.Weight * term.Value));

    private float Add(float sum, (float Weight, float Value) term) =>
        fused ? MathF.FusedMultiplyAdd(term.Weight, term.Value, sum) : sum + (term.Weight * term.Value);
}
