using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>Which attacks run on a layer, in which order: a shared round that settles many neurons at once, then rounds on single neurons, each stronger than the one before.</summary>
internal static class AttackPlan
{
    private const int Starts = 64;

    /// <summary>One round for all open neurons of a layer together; ends early when it stops finding.</summary>
    public static void Shared(WitnessSearch search, int layer, int inputs)
    {
        List<Aim> open = search.Open(layer);
        if (open.Count == 0)
            return;
        int points = Math.Min(search.MaxPoints, Math.Max(256, open.Count * 4));
        int each = Math.Clamp(points / open.Count, 1, Starts);
        List<float[]> starts = search.BestStarts(layer, open, each);
        open = Batch(search, open, starts, inputs, points, 0, out float[] rows, out Aim[] aims);
        if (open.Count > 0 && aims.Length > 0)
            search.Ascend(layer, rows, aims, steps: 40, width: 0.1f, patience: 10);
    }

    /// <summary>Rounds on single neurons until nothing is open or the last round is over.</summary>
    /// <param name="search">The search.</param>
    /// <param name="layer">1-based hidden layer.</param>
    /// <param name="inputs">The network's input size.</param>
    /// <param name="domain">The box.</param>
    /// <param name="hints">Further starts for some aims: the corners where their linear bounds are reached.</param>
    public static void Single(WitnessSearch search, int layer, int inputs, InputDomain domain, IReadOnlyDictionary<Aim, float[]> hints)
    {
        for (int round = 0; round < 3; round++)
        {
            List<Aim> open = search.Open(layer);
            if (open.Count == 0)
                return;
            int steps = 100 << round;
            List<float[]> starts = round == 0 ? search.BestStarts(layer, open, Starts) : [.. open.Select(a => RandomStarts(search, domain, hints.GetValueOrDefault(a)))];
            int each = Math.Max(1, search.MaxPoints / Starts);
            for (int first = 0; first < open.Count; first += each)
            {
                int count = Math.Min(each, open.Count - first);
                Batch(search, open.GetRange(first, count), starts.GetRange(first, count), inputs, search.MaxPoints, Starts, out float[] rows, out Aim[] aims);
                if (aims.Length > 0)
                    search.Ascend(layer, rows, aims, steps, width: round == 2 ? 0.3f : 0.1f);
            }
        }
    }

    /// <summary>Lays the starts of the aims that are still open one behind the other.</summary>
    private static List<Aim> Batch(WitnessSearch search, List<Aim> candidates, List<float[]> starts, int inputs, int most, int each, out float[] rows, out Aim[] aims)
    {
        var open = new List<Aim>();
        var all = new List<float>();
        var owners = new List<Aim>();
        for (int k = 0; k < candidates.Count; k++)
        {
            if (!search.IsOpen(candidates[k]))
                continue;
            open.Add(candidates[k]);
            int count = Math.Min(starts[k].Length / inputs, each > 0 ? each : int.MaxValue);
            for (int s = 0; s < count && owners.Count < most; s++)
            {
                all.AddRange(starts[k].AsSpan(s * inputs, inputs));
                owners.Add(candidates[k]);
            }
        }

        rows = [.. all];
        aims = [.. owners];
        return open;
    }

    private static float[] RandomStarts(WitnessSearch search, InputDomain domain, float[]? hint)
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

        hint?.CopyTo(rows, 0);
        return rows;
    }
}
