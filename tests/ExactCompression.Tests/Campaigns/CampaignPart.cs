namespace ExactCompression.Tests.Campaigns;

/// <summary>One part of the campaign: cases that a seed and a number make, each tried against something that is known exactly.</summary>
internal abstract class CampaignPart
{
    /// <summary>What it is called on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>How many of a thousand cases are this part's where all parts run: those whose cases take long take fewer.</summary>
    public abstract int PerThousand { get; }

    /// <summary>A case that takes longer hangs.</summary>
    public virtual TimeSpan TimeLimit => TimeSpan.FromMinutes(2);

    /// <summary>Tries cases.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="count">How many cases.</param>
    /// <param name="report">Takes counts and faults.</param>
    /// <param name="threads">Threads that try cases.</param>
    /// <param name="first">The first case.</param>
    /// <param name="progress">Told how many are done, now and then.</param>
    public void Run(int seed, long count, CampaignReport report, int threads = 1, long first = 0, Action<long>? progress = null) =>
        CaseRunner.Run(first, count, threads, TimeLimit, place => Guarded(seed, place, report), place =>
            report.Fault(new(Name, seed, place, "Hang", $"It runs for more than {TimeLimit}.")), progress);

    /// <summary>Tries one case.</summary>
    protected abstract void Try(CampaignCase place, CampaignReport report);

    private void Guarded(int seed, long place, CampaignReport report)
    {
        try
        {
            report.Count($"{Name} cases");
            Try(new(Name, seed, place), report);
        }
        catch (Exception e)
        {
            report.Fault(new(Name, seed, place, "Escaped", e.ToString()));
        }
    }
}

/// <summary>A case: all that it draws depends on these alone.</summary>
internal readonly record struct CampaignCase(string Part, int Seed, long Place)
{
    /// <summary>A stream of random numbers of the case's own.</summary>
    /// <param name="stream">A number for each stream that the case needs.</param>
    public Random Random(int stream = 0)
    {
        ulong mixed = (ulong)Place + ((ulong)(uint)Seed << 40) + ((ulong)stream << 32);
        foreach (char letter in Part)
            mixed = (mixed * 31) + letter;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new((int)(mixed ^ (mixed >> 31)) & int.MaxValue);
    }

    public CampaignFault Fault(string kind, string detail) => new(Part, Seed, Place, kind, detail);
}
