using System.Globalization;
using ExactCompression.Formats;
using ExactCompression.Milp;

namespace ExactCompression.Benchmarks;

/// <summary>The options of the commands <c>networks</c>, <c>network</c> and <c>methods</c>.</summary>
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

    /// <summary>Runs of each program per network.</summary>
    public int Repeats { get; private set; } = 3;

    /// <summary>Whether each network gets processes of its own, so that first-time costs count every time.</summary>
    public bool Apart { get; private set; }

    /// <summary>Which column of CSV rows is the label, as <see cref="InputDataOptions.LabelColumn"/>.</summary>
    public string LabelColumn { get; private set; } = "Auto";

    /// <summary>What the values of CSV rows are multiplied by, or null.</summary>
    public double? Scale { get; private set; }

    /// <summary>The methods to compare; <c>Hybrid</c> or a formulation.</summary>
    public IReadOnlyList<string> Methods { get; private set; } = ["Hybrid", .. Enum.GetNames<MilpFormulation>()];

    /// <summary>The solver of the formulations, or null for the default.</summary>
    public string? Solver { get; private set; }

    /// <summary>Where the formulations' constants come from.</summary>
    public MilpBounds Bounds { get; private set; }

    /// <summary>Which rows of data the formulations run first.</summary>
    public MilpPreprocess Preprocess { get; private set; }

    /// <summary>Which points the formulations try between solves.</summary>
    public MilpInjection Injection { get; private set; }

    /// <summary>How a file of rows is read: the options for CSV do not apply to other formats.</summary>
    public InputDataOptions DataOptions(string path) =>
        path.Contains(".csv", StringComparison.OrdinalIgnoreCase) ? new() { LabelColumn = LabelColumn, Scale = Scale } : new();

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

        yield return "--label-column";
        yield return LabelColumn;
        if (Scale is { } scale)
        {
            yield return "--scale";
            yield return scale.ToString("R", CultureInfo.InvariantCulture);
        }

        yield return "--threads";
        yield return Threads.ToString(CultureInfo.InvariantCulture);
        if (TimeLimit is { } limit)
        {
            yield return "--time-limit";
            yield return limit.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    private static string Existing(string path) =>
        File.Exists(path) ? Path.GetFullPath(path) : throw new UsageException($"There is no file '{path}'.");

    private static double Number(string name, string value, double least) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least
            && double.IsFinite(number)
            ? number
            : throw new UsageException($"{name} takes a number of at least {least.ToString(CultureInfo.InvariantCulture)}, not '{value}'.");

    private static T Word<T>(string name, string value)
        where T : struct, Enum =>
        Enum.TryParse(value, ignoreCase: true, out T word) && Enum.IsDefined(word)
            ? word
            : throw new UsageException($"{name} takes {string.Join(", ", Enum.GetNames<T>())}, not '{value}'.");

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
            case "--label-column":
                LabelColumn = value;
                break;
            case "--scale":
                Scale = Number(name, value, 0);
                break;
            case "--methods":
                Methods = [.. value.Split(',').Select(static m => m == "Hybrid" ? m : Word<MilpFormulation>("--methods", m).ToString())];
                break;
            case "--solver":
                Solver = value;
                break;
            case "--bounds":
                Bounds = Word<MilpBounds>(name, value);
                break;
            case "--preprocess":
                Preprocess = Word<MilpPreprocess>(name, value);
                break;
            case "--injection":
                Injection = Word<MilpInjection>(name, value);
                break;
            case "--csv":
                Csv = Path.GetFullPath(value);
                break;
            default:
                throw new UsageException($"There is no option {name}.");
        }
    }
}
