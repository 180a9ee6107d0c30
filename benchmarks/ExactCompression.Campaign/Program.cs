using System.Diagnostics;
using System.Globalization;
using ExactCompression.Campaign;
using ExactCompression.Tests.Campaigns;
using ExactCompression.Tests.Fuzzing;

if (args is ["devices"] or ["devices", "cpu"])
    return DeviceTests.Run(withoutCard: args.Length == 2);
CampaignPart[] all = [new VerdictCampaign(), new CompressionCampaign(), new CertificateCampaign(), new RelationCampaign(),
    new EquivalenceCampaign(),
    new ReaderCampaign()];
Options options;
CampaignPart[] parts;
try
{
    if (args.AsSpan().ContainsAny("--help", "-h"))
    {
        Console.WriteLine(Options.Usage);
        return 0;
    }

    options = Options.Parse(args);
    bool every = options.Part.Equals("All", StringComparison.OrdinalIgnoreCase);
    parts = every ? all : [.. all.Where(p => p.Name.Equals(options.Part, StringComparison.OrdinalIgnoreCase))];
    if (parts.Length == 0)
        throw new FormatException($"There is no part {options.Part}.");
    if (options.Case is not null && every)
        throw new FormatException("A case is one of a part: name the part.");
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

long faults = 0;
foreach (CampaignPart part in parts)
{
    var report = new CampaignReport(options.Output);
    var watch = Stopwatch.StartNew();
    TimeSpan told = TimeSpan.Zero;
    (long first, long count) = options.Case is { } one ? (one, 1L)
        : (0L, parts.Length > 1 ? Math.Max(1, options.Count * part.PerThousand / 1000) : options.Count);
    void Tell(long done, string end) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
            $"{part.Name}: seed {options.Seed}, {done} of {count} cases, {report.FaultCount} faults, {watch.Elapsed:h\\:mm\\:ss}{end}"));
    part.Run(options.Seed, count, report, options.Threads, first, done =>
    {
        if (watch.Elapsed - told < TimeSpan.FromSeconds(10))
            return;
        told = watch.Elapsed;
        Tell(done, "");
    });
    Tell(count,
        $"; {string.Join(", ", report.Counts.Select(static c => string.Create(CultureInfo.InvariantCulture, $"{c.Value} {c.Key}")))}");
    foreach (CampaignFault fault in report.Faults.Take(20))
        Console.WriteLine($"  {(fault.ToString() is { Length: > 1000 } text ? text[..1000] : fault.ToString())}");
    faults += report.FaultCount;
}

if (faults > 0)
    Console.WriteLine($"{faults} faults; cases that show them are in {Path.GetFullPath(options.Output)}.");
return faults > 0 ? 1 : 0;
