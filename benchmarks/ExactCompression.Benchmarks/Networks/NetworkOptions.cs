using System.Globalization;

namespace ExactCompression.Benchmarks;

/// <summary>What the commands <c>networks</c> and <c>network</c> are told.</summary>
internal sealed class NetworkOptions
{
    /// <summary>Network files, in order.</summary>
    public List<string> Files { get; } = [];

    /// <summary>Files of input domains: a network takes the first of its own size.</summary>
    public List<string> Domains { get; } = [];

    /// <summary>Files of input rows: a network takes the first of its own size.</summary>
    public List<string> Data { get; } = [];

    /// <summary>The program to compare with: its command, to which a network's path is added.</summary>
    public string? Peer { get; private set; }

    /// <summary>Seconds a search may take, or null.</summary>
    public double? TimeLimit { get; private set; }

    /// <summary>Threads of a search; 0 for all cores.</summary>
    public int Threads { get; private set; }

    /// <summary>Runs of each program a network.</summary>
    public int Repeats { get; private set; } = 3;

    /// <summary>Whether each network gets processes of its own, so that first-time costs count every time.</summary>
    public bool Apart { get; private set; }

    /// <summary>Where to write the results as CSV, or null.</summary>
    public string? Csv { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">An option is unknown, lacks its value, or there is no network.</exception>
    public static NetworkOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new NetworkOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (!name.StartsWith('-'))
            {
                options.Files.Add(Existing(name));
                continue;
            }

            if (name == "--apart")
            {
                options.Apart = true;
                continue;
            }

            if (++i == arguments.Length)
                throw new UsageException($"{name} needs a value.");
            options.Set(name, arguments[i]);
        }

        if (options is { Csv: { } csv } && !Directory.Exists(Path.GetDirectoryName(csv)))
            throw new UsageException($"There is no folder for '{csv}'.");
        if (options.Files.Count == 0)
            throw new UsageException("Name at least one network file.");
        return options;
    }

    /// <summary>The arguments that make a process of our own search some of the networks.</summary>
    public IEnumerable<string> ForProcess(IEnumerable<string> files)
    {
        yield return "search";
        foreach (string file in files)
            yield return file;
        foreach (string domain in Domains)
        {
            yield return "--domain";
            yield return domain;
        }

        foreach (string data in Data)
        {
            yield return "--data";
            yield return data;
        }

        yield return "--threads";
        yield return Threads.ToString(CultureInfo.InvariantCulture);
        if (TimeLimit is { } limit)
        {
            yield return "--time-limit";
            yield return limit.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    private static string Existing(string path) => File.Exists(path) ? Path.GetFullPath(path) : throw new UsageException($"There is no file '{path}'.");

    private static double Number(string name, string value, double least) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least && double.IsFinite(number)
            ? number
            : throw new UsageException($"{name} takes a number of at least {least.ToString(CultureInfo.InvariantCulture)}, not '{value}'.");

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--domain":
                Domains.Add(Existing(value));
                break;
            case "--data":
                Data.Add(Existing(value));
                break;
            case "--peer":
                Peer = value;
                break;
            case "--time-limit":
                TimeLimit = Number(name, value, 0);
                break;
            case "--threads":
                Threads = (int)Number(name, value, 0);
                break;
            case "--repeats":
                Repeats = (int)Number(name, value, 1);
                break;
            case "--csv":
                Csv = Path.GetFullPath(value);
                break;
            default:
                throw new UsageException($"There is no option {name}.");
        }
    }
}
