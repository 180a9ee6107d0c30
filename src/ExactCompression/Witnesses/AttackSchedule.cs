using ExactCompression.Bounds;

namespace ExactCompression.Witnesses;

/// <summary>
/// Which attacks run on a layer, in which order: a shared round that settles many neurons at once, then rounds on single neurons, each
/// stronger than the one before.
/// </summary>
internal static class AttackSchedule
{
    /// <summary>Rounds of <see cref="Single"/>, each stronger than the one before.</summary>
    public const int Rounds = 3;

    private const int Starts = 64;

    /// <summary>One round for all open neurons of a layer together; ends early when it finds no more witnesses.</summary>
    public static void Shared(WitnessSearch search, int layer, int inputs)
    {
        List<SignTarget> open = search.OpenClasses(layer);
        if (open.Count == 0)
            return;
        int points = Math.Min(search.MaxPoints, Math.Max(search.MinPoints, open.Count * 4));
        int each = Math.Clamp(points / open.Count, 1, Starts);
        int[][] best = search.BestStarts(open, each);
        (float[] rows, SignTarget[] targets) = Batch(search, open, 0, open.Count, k => search.FromPool(best[k]), inputs, points);
        if (targets.Length > 0)
            search.Ascend(layer, rows, targets, steps: 40, width: 0.1f, patience: 10);
    }

    /// <summary>One round on single neurons, each open neuron from its own starting points.</summary>
    /// <param name="search">The search.</param>
    /// <param name="layer">1-based hidden layer.</param>
    /// <param name="round">0-based, less than <see cref="Rounds"/>.</param>
    /// <param name="inputs">The network's input size.</param>
    /// <param name="domain">The box.</param>
    /// <param name="hints">Further starting points for some targets: the corners where their linear bounds are attained.</param>
    public static void Single(
        WitnessSearch search, int layer, int round, int inputs, InputDomain domain, IReadOnlyDictionary<SignTarget, BoxCorner> hints)
    {
        List<SignTarget> open = search.OpenClasses(layer);
        int steps = 100 << round;
        int[][] best = round == 0 && open.Count > 0 ? search.BestStarts(open, Starts) : [];
        float[] StartsOf(int k) =>
            best.Length > 0 ? search.FromPool(best[k]) : RandomStarts(search, domain, hints.GetValueOrDefault(open[k]));
        int each = Math.Max(1, search.MaxPoints / Starts);
        for (int first = 0; first < open.Count; first += each)
        {
            (float[] rows, SignTarget[] targets) = Batch(
                search, open, first, Math.Min(each, open.Count - first), StartsOf, inputs, search.MaxPoints);
            if (targets.Length > 0)
                search.Ascend(layer, rows, targets, steps, width: round == Rounds - 1 ? 0.3f : 0.1f);
        }
    }

    /// <summary>
    /// Concatenates the starting points of the targets that are still open; they are generated here, so that only one batch of them exists
    /// at a time.
    /// </summary>
    private static (float[] Rows, SignTarget[] Targets) Batch(
        WitnessSearch search, List<SignTarget> candidates, int first, int count, Func<int, float[]> startsOf, int inputs, int most)
    {
        var rows = new List<float>();
        var owners = new List<SignTarget>();
        for (int k = first; k < first + count && owners.Count < most; k++)
        {
            if (!search.IsOpen(candidates[k]))
                continue;
            float[] starts = startsOf(k);
            int taken = Math.Min(starts.Length / inputs, most - owners.Count);
            rows.AddRange(starts.AsSpan(0, taken * inputs));
            owners.AddRange(Enumerable.Repeat(candidates[k], taken));
        }

        return ([.. rows], [.. owners]);
    }

    private static float[] RandomStarts(WitnessSearch search, InputDomain domain, BoxCorner? hint)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        var rows = new float[Starts * lower.Length];
        for (int s = 0; s < Starts; s++)
        {
            double share = search.Random.NextDouble();
            for (int i = 0; i < lower.Length; i++)
            {
                double t = search.Random.NextDouble();
                t = s % 2 == 0 ? t : t < share ? 0 : 1;
                rows[(s * lower.Length) + i] = (float)(lower[i] + ((upper[i] - lower[i]) * t));
            }
        }

        hint?.CopyTo(rows.AsSpan(0, lower.Length));
        return rows;
    }
}
