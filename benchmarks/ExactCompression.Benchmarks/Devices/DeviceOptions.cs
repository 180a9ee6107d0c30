using System.Globalization;

namespace ExactCompression.Benchmarks;

/// <summary>The options of the command <c>device</c>.</summary>
internal sealed class DeviceOptions
{
    /// <summary>Devices by kind, index or name; empty for the CPU and every card found.</summary>
    public List<string> Devices { get; } = [];

    /// <summary>A file of rows, or null for generated rows.</summary>
    public string? Data { get; private set; }

    /// <summary>Rows of a pass; null for all of the file's, or as many as MNIST has for training.</summary>
    public int? Rows { get; private set; }

    /// <summary>Widths of the two hidden layers, one network each.</summary>
    public int[] Widths { get; private set; } = [100, 200, 400, 800];

    /// <summary>Channels of the convolutions of a further network; empty for none.</summary>
    public int[] Channels { get; private set; } = [16, 32];

    /// <summary>Passes of each device per network.</summary>
    public int Repeats { get; private set; } = 5;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">An option is unknown, or lacks its value.</exception>
    public static DeviceOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new DeviceOptions();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string name = arguments[i];
            if (i + 1 == arguments.Length)
                throw new UsageException($"{name} needs a value.");
            string value = arguments[i + 1];
            switch (name)
            {
                case "--device":
                    options.Devices.Add(value);
                    break;
                case "--data":
                    options.Data = File.Exists(value) ? value : throw new UsageException($"There is no file '{value}'.");
                    break;
                case "--rows":
                    options.Rows = Number(name, value);
                    break;
                case "--widths":
                    options.Widths = Array.ConvertAll(value.Split(','), width => Number(name, width));
                    break;
                case "--channels":
                    options.Channels = value == "0" ? [] : Array.ConvertAll(value.Split(','), channels => Number(name, channels));
                    break;
                case "--repeats":
                    options.Repeats = Number(name, value);
                    break;
                default:
                    throw new UsageException($"There is no option {name}.");
            }
        }

        return options;
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new UsageException($"{name} takes numbers above 0, not '{value}'.");
}
