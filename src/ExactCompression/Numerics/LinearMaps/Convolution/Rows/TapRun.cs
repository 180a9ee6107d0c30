namespace ExactCompression.Numerics;

/// <summary>Three columns of a convolution's kernel that an element of the source meets, and the targets to which that belongs.</summary>
/// <param name="Tap0">A weight's place.</param>
/// <param name="Tap1">Another one's, or again the first one's where there are fewer.</param>
/// <param name="Tap2">A third one's, likewise.</param>
/// <param name="Target0">The first one's target, 0-based in the window.</param>
/// <param name="Target1">The second one's; negative for none.</param>
/// <param name="Target2">The third one's; negative for none.</param>
internal readonly record struct TapRun(int Tap0, int Tap1, int Tap2, int Target0, int Target1, int Target2)
{
    /// <summary>Finds what each element of a row of the source meets.</summary>
    /// <param name="table">What each target is a sum of, neighbours apart.</param>
    /// <param name="length">Elements of a row of the source.</param>
    /// <returns>For each element its runs.</returns>
    public static TapRun[][] Of(AxisTable table, int length)
    {
        var met = new List<(int Tap, int Target)>[length];
        for (int s = 0; s < length; s++)
            met[s] = [];
        for (int target = 0; target < table.Starts.Length - 1; target++)
        {
            foreach (AxisRun run in table.Of(target))
                met[run.Source].Add((run.Tap, target));
        }

        return Array.ConvertAll(met, static taps =>
        {
            var runs = new TapRun[(taps.Count + 2) / 3];
            for (int i = 0; i < runs.Length; i++)
            {
                (int Tap, int Target) first = taps[3 * i], none = first with { Target = -1 };
                (int Tap, int Target) second = (3 * i) + 1 < taps.Count ? taps[(3 * i) + 1] : none;
                (int Tap, int Target) third = (3 * i) + 2 < taps.Count ? taps[(3 * i) + 2] : none;
                runs[i] = new(first.Tap, second.Tap, third.Tap, first.Target, second.Target, third.Target);
            }

            return runs;
        });
    }
}
