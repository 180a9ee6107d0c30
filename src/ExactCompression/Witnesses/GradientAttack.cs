using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Projected gradient ascent on a device, each point of a batch towards its own target. A point whose target is settled is assigned another
/// open target of its batch.
/// </summary>
/// <param name="ledger">What is known.</param>
/// <param name="session">Where the batch is.</param>
/// <param name="clock">Time.</param>
/// <param name="random">Chooses the new targets.</param>
internal sealed class GradientAttack(VerdictLedger ledger, CheckedSession session, SearchClock clock, Random random)
{
    /// <summary>A cancelled search waits for at most this many steps.</summary>
    private const int StepsAtOnce = 8;

    /// <summary>Attacks from the points that the session has loaded.</summary>
    /// <param name="layer">1-based hidden layer of all the targets.</param>
    /// <param name="targets">The target of each point; modified.</param>
    /// <param name="ascent">The steps.</param>
    /// <param name="patience">Ends after this many steps in which nothing was settled.</param>
    public void Run(int layer, SignTarget[] targets, PgdSchedule ascent, int patience)
    {
        int offset = ledger.Offsets[layer - 1];
        var neurons = new int[targets.Length];
        var signs = new float[targets.Length];
        session.Current.Forward();
        bool found = session.Credit() > 0, aimed = false;
        for (int t = 0, idle = found ? 0 : 1; ;)
        {
            clock.ThrowIfExpired();
            clock.Report(SearchStage.Attack, layer);
            if (!aimed || found)
            {
                SignTarget[] open = [.. targets.Where(IsOpen).Distinct()];
                if (open.Length == 0)
                    return;
                for (int p = 0; p < targets.Length; p++)
                {
                    if (!IsOpen(targets[p]))
                        targets[p] = open[random.Next(open.Length)];
                    neurons[p] = targets[p].Index - offset;
                    signs[p] = targets[p].Above ? 1 : -1;
                }

                session.Current.Aim(layer, neurons, signs);
                aimed = true;
            }

            if (idle > patience || t == ascent.Steps)
                return;
            int next = session.Current.Ascend(
                ascent, t, (int)Math.Min(ascent.Steps, t + Math.Min(StepsAtOnce, (long)patience + 1 - idle)));
            found = session.Credit() > 0;
            idle = found ? 0 : idle + next - t;
            t = next;
        }
    }

    private bool IsOpen(SignTarget target) => ledger.NeedsWitness(target.Index, target.Above);
}
