using System.Globalization;
using ExactCompression.Formats;

namespace ExactCompression.Benchmarks;

/// <summary>The options of the command <c>training</c>.</summary>
internal sealed class TrainingOptions
{
    /// <summary>Labelled rows.</summary>
    public string Data { get; private set; } = "";

    /// <summary>How the file is read.</summary>
    public InputDataOptions Reading { get; private set; } = new();

    /// <summary>Widths of the hidden layers.</summary>
    public int[] Hidden { get; private set; } = [400, 400];

    /// <summary>The penalties to train with, one after the other.</summary>
    public double[] L1 { get; private set; } = [0.001];

    /// <summary>Passes over the rows; 0 for the usual number.</summary>
    public int Epochs { get; private set; }

    /// <summary>Threads of our training; 0 for all cores.</summary>
    public int Threads { get; private set; }

    /// <summary>Runs of each program.</summary>
    public int Repeats { get; private set; } = 1;

    /// <summary>The program to compare with, or null.</summary>
    public string? Peer { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">An option is unknown or lacks its value, or there is no data.</exception>
    public static TrainingOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new TrainingOptions();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
                throw new UsageException($"{arguments[i]} needs a value.");
            options.Set(arguments[i], arguments[i + 1]);
        }

        return options.Data.Length > 0 ? options : throw new UsageException("Name the rows to train on: --data FILE.");
    }

    private static string Existing(string path) =>
        File.Exists(path) ? Path.GetFullPath(path) : throw new UsageException($"There is no file '{path}'.");

    private static double Number(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= 0
            && double.IsFinite(number)
            ? number
            : throw new UsageException($"{name} takes numbers of at least 0, not '{value}'.");

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--data":
                Data = Existing(value);
                break;
            case "--labels":
                Reading = Reading with { LabelPath = Existing(value) };
                break;
            case "--label-column":
                Reading = Reading with { LabelColumn = value };
                break;
            case "--scale":
                Reading = Reading with { Scale = Number(name, value) };
                break;
            case "--hidden":
                Hidden = [.. value.Split(',').Select(v => (int)Number(name, v))];
                break;
            case "--l1":
                L1 = [.. value.Split(',').Select(v => Number(name, v))];
                break;
            case "--epochs":
                Epochs = (int)Number(name, value);
                break;
            case "--threads":
                Threads = (int)Number(name, value);
                break;
            case "--repeats":
                Repeats = Math.Max(1, (int)Number(name, value));
                break;
            case "--peer":
                Peer = value;
                break;
            default:
                throw new UsageException($"There is no option {name}.");
        }
    }
}
