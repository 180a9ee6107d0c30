using ExactCompression.Witnesses;

namespace ExactCompression.Tests.Gpu;

/// <summary>Short ways to call a session.</summary>
internal static class SessionCalls
{
    public static void Stage(this IWitnessSession session, float[] points, int count) =>
        session.Stage(count, (first, rows, into) => points.AsSpan(into.Length / rows * first, into.Length).CopyTo(into));

    public static void Load(this IWitnessSession session, float[] points, int count)
    {
        session.Stage(points, count);
        session.Load();
    }

    public static void WantAll(this IWitnessSession session, int neurons) =>
        session.Want([.. Enumerable.Repeat(MissingSigns.Both, neurons)]);

    /// <summary>A forward pass for all neurons, and their extremes.</summary>
    public static NeuronExtremes[] Extremes(this IWitnessSession session, int neurons)
    {
        session.WantAll(neurons);
        session.Forward();
        var extremes = new NeuronExtremes[neurons];
        session.ReadExtremes(extremes);
        return extremes;
    }

    public static float[] Point(this IWitnessSession session, int index, int inputs)
    {
        var point = new float[inputs];
        session.ReadPoint(index, point);
        return point;
    }

    /// <summary>The candidates since the last call, each with its point.</summary>
    public static List<(WitnessCandidate Candidate, float[] Point)> Candidates(this IWitnessSession session, int inputs)
    {
        var found = new List<WitnessCandidate>();
        session.ReadCandidates(found);
        return [.. found.Select(candidate =>
        {
            var point = new float[inputs];
            session.ReadWitness(candidate, point);
            return (candidate, point);
        })];
    }
}
